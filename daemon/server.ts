// Connections: bytes in, answers out, each client within its limits. Does not know what is asked.
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import net from "node:net";
import type { Logger } from "pino";
import type { Fault } from "../protocol/errors.ts";
import { Deframer, FramingError, frame, largestFrame } from "../protocol/wire.ts";
import { type Caller, type Dispatch, errorMessage } from "./dispatch.ts";

export interface Limits {
  connections: number;
  /** bytes a client may leave unread */
  unread: number;
  /** milliseconds a client may leave unread what was sent */
  stalled: number;
  /** milliseconds from the first byte of a message to its last */
  unfinished: number;
  /** requests under way for one client, and their bytes; beyond, it is not read from */
  underWay: number;
  underWayBytes: number;
}

const usualLimits: Limits = {
  connections: 400,
  unread: 32 * 1024 * 1024,
  stalled: 60_000,
  unfinished: 30_000,
  underWay: 500,
  underWayBytes: 32 * 1024 * 1024,
};

export interface ServerOptions {
  dispatch: Dispatch;
  log: Logger;
  limits?: Partial<Limits>;
  /** a connection came or went */
  changed?: () => void;
}

export class Server {
  private readonly clients = new Set<Client>();
  private readonly server: net.Server;
  private readonly options: ServerOptions;
  private readonly limits: Limits;

  constructor(options: ServerOptions) {
    this.options = options;
    this.limits = { ...usualLimits, ...options.limits };
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  get connections(): number {
    return this.clients.size;
  }

  /** Listens on a socket only the owner may use. What an earlier daemon left there is removed: the caller holds the lock. */
  async listen(socket: string): Promise<void> {
    if (process.platform !== "win32") removeSocket(socket);
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(socket, () => resolve());
    });
    this.server.on("error", (error) => this.options.log.error({ err: error }, "the socket failed"));
    if (process.platform !== "win32") chmodSync(socket, 0o600);
  }

  /** A notification to every client that shall hear of it. */
  tell(method: string, params: unknown, whom: (client: Pick<Caller, "by">) => boolean): void {
    for (const client of this.clients) if (whom(client)) client.notify(method, params);
  }

  /** No new connections; the socket's file is gone. */
  stopListening(): void {
    this.server.close();
  }

  /** Ends every connection once it has its answers, at the latest after `grace` milliseconds. */
  async end(grace: number): Promise<void> {
    const late = setTimeout(() => {
      for (const client of this.clients) client.drop("the daemon ends");
    }, grace);
    await Promise.all(
      [...this.clients].map((client) => {
        client.leave();
        return client.gone;
      }),
    );
    clearTimeout(late);
  }

  private accept(socket: net.Socket): void {
    if (this.clients.size >= this.limits.connections) {
      const message = `The daemon has ${this.clients.size} connections already.`;
      socket.on("error", () => {});
      socket.end(
        frame({ jsonrpc: "2.0", id: null, error: { code: 4, message, data: { fault: "unreachable", message } } }),
      );
      socket.resume();
      return;
    }
    const client = new Client(socket, this.options.dispatch, this.limits, this.options.log);
    this.clients.add(client);
    this.options.changed?.();
    client.closed.addEventListener(
      "abort",
      () => {
        this.clients.delete(client);
        this.options.changed?.();
      },
      { once: true },
    );
  }
}

function removeSocket(socket: string): void {
  const there = lstatSync(socket, { throwIfNoEntry: false });
  if (there) unlinkSync(socket);
}

/** One connection. */
class Client implements Caller {
  by: Caller["by"] = "other";
  incompatible: Fault | undefined;
  readonly running: Caller["running"] = new Map();
  readonly gone: Promise<void>;
  private readonly end = new AbortController();
  private readonly frames = new Deframer();
  private readonly socket: net.Socket;
  private readonly dispatch: Dispatch;
  private readonly limits: Limits;
  private readonly log: Logger;
  private underWay = 0;
  private underWayBytes = 0;
  private sent = 0;
  private asked = 0;
  private leaving = false;
  private unfinished: NodeJS.Timeout | undefined;
  private stalled: NodeJS.Timeout | undefined;

  constructor(socket: net.Socket, dispatch: Dispatch, limits: Limits, log: Logger) {
    this.socket = socket;
    this.dispatch = dispatch;
    this.limits = limits;
    this.log = log;
    socket.on("data", (chunk) => this.take(chunk));
    // A client may close its side and still wait for its answers, as `nc` does.
    socket.on("end", () => this.leave());
    // What is wrong with a connection is told by its end.
    socket.on("error", () => {});
    socket.once("finish", () => this.expectEnd());
    this.gone = new Promise((resolve) => {
      socket.once("close", () => {
        this.over();
        resolve();
      });
    });
  }

  get closed(): AbortSignal {
    return this.end.signal;
  }

  notify(method: string, params: unknown): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  request(method: string, params?: unknown): void {
    this.send({ jsonrpc: "2.0", id: `calcifer-${++this.asked}`, method, ...(params !== undefined && { params }) });
  }

  async drained(): Promise<void> {
    if (!this.socket.writableNeedDrain || this.closed.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off("drain", done).off("close", done);
        resolve();
      };
      this.socket.on("drain", done).on("close", done);
    });
  }

  drop(why: string): void {
    if (this.closed.aborted) return;
    this.log.warn({ by: this.by, why }, "a connection was dropped");
    this.socket.destroy();
  }

  leave(): void {
    this.leaving = true;
    this.endIfDone();
  }

  private endIfDone(): void {
    if (this.leaving && this.underWay === 0) this.socket.end();
  }

  /** After our last word a client may hold its side open for ever. */
  private expectEnd(): void {
    const timer = setTimeout(() => this.socket.destroy(), 1000);
    timer.unref();
    this.closed.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  private take(chunk: Buffer): void {
    if (this.socket.writableEnded) return;
    try {
      const texts = this.frames.push(chunk);
      for (const text of texts) this.handle(text);
      this.watchUnfinished(texts.length > 0);
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.send(errorMessage(null, -32700, `The connection cannot go on: ${error.message}.`));
      this.socket.end();
    }
  }

  private handle(text: string): void {
    this.count(1, text.length);
    this.dispatch
      .receive(text, this)
      .then((answer) => answer !== undefined && this.send(answer))
      .catch((error: unknown) => this.log.error({ err: error }, "an answer could not be sent"))
      .finally(() => {
        this.count(-1, -text.length);
        this.endIfDone();
      });
  }

  private count(requests: number, bytes: number): void {
    this.underWay += requests;
    this.underWayBytes += bytes;
    const enough = this.underWay >= this.limits.underWay || this.underWayBytes >= this.limits.underWayBytes;
    if (enough !== this.socket.isPaused()) this.socket[enough ? "pause" : "resume"]();
  }

  private send(message: unknown): void {
    if (this.closed.aborted || this.socket.writableEnded) return;
    let bytes = frame(message);
    if (bytes.length > largestFrame) bytes = frame(tooLarge(message));
    this.socket.write(bytes);
    this.sent += bytes.length;
    if (this.socket.writableLength > this.limits.unread) this.drop("it does not read");
    else this.watchStalled();
  }

  private watchStalled(): void {
    if (this.socket.writableLength === 0 || this.stalled !== undefined) return;
    const taken = this.sent - this.socket.writableLength;
    this.stalled = setTimeout(() => {
      this.stalled = undefined;
      const unread = this.socket.writableLength;
      if (unread > 0 && this.sent - unread === taken) this.drop("it does not read");
      else this.watchStalled();
    }, this.limits.stalled);
    this.stalled.unref();
  }

  private watchUnfinished(progress: boolean): void {
    // biome-ignore lint/complexity/useLiteralKeys: private there, and nobody else needs it
    const partial = this.frames["size"] > 0;
    if (progress || !partial) {
      clearTimeout(this.unfinished);
      this.unfinished = undefined;
    }
    if (!partial || this.unfinished) return;
    this.unfinished = setTimeout(() => this.drop("its message never ends"), this.limits.unfinished);
    this.unfinished.unref();
  }

  private over(): void {
    clearTimeout(this.unfinished);
    clearTimeout(this.stalled);
    this.end.abort();
  }
}

function tooLarge(message: unknown): object {
  const id = (message as { id?: string | number }).id;
  return errorMessage(id, -32603, `The answer is larger than ${largestFrame / 1024 / 1024} MiB; ask for less.`);
}
