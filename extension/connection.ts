// One language client over the daemon's socket: our methods beside those of a language server, and a new socket
// whenever the old one ended. Loaded after activation.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  ProgressType,
  State,
  type StreamInfo,
  Trace,
} from "vscode-languageclient/node";
import { openSocket } from "../protocol/connect.ts";
import { Fault, faultFromWire, isFault } from "../protocol/errors.ts";
import type { EventRecord } from "../protocol/event.ts";
import { stoppingNotification, type Welcome } from "../protocol/wire.ts";
import type { CallOptions, DaemonState } from "./daemon.ts";
import { setting } from "./settings.ts";

export type Progress = (message: string, percentage?: number) => void;

export interface ConnectionOptions {
  start: { execPath: string; args: string[] };
  env: Record<string, string | undefined>;
  output: vscode.LogOutputChannel;
  /** address of the page that explains findings, by their codes */
  help: string;
  changed: (state: DaemonState) => void;
  heard: (event: EventRecord) => void;
}

interface WireError {
  code: number;
  message: string;
  data?: unknown;
}

/** The daemon's state is told by the status bar; a client that cannot start would tell it by a message, too. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #client: QuietClient;
  readonly #end = new AbortController();
  #welcome: Welcome | undefined;
  /** the newest event heard; undefined before the first connection */
  #seq: number | undefined;
  #progress = 0;
  /** a person stopped the daemon: it is looked for, and not started */
  #stopped = false;
  #settings: vscode.Disposable | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = new QuietClient("calcifer", "Calcifer", () => this.#socket(), this.#clientOptions());
    this.#client.onDidChangeState(({ newState }) => newState === State.Running && void this.#running());
    this.#client.onNotification(stoppingNotification, () => {
      this.#stopped = true;
    });
    this.#client.onNotification("event", (event: EventRecord) => this.#hear(event));
    this.#trace();
    // What keeps it from starting is told by `changed`.
    this.#client.start().catch(() => {});
  }

  /** What the output channel shows, as the setting says. */
  #trace(): void {
    const set = () => void this.#client.setTrace(Trace.fromString(setting("calcifer.trace"))).catch(() => {});
    set();
    this.#settings = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("calcifer.trace")) set();
    });
  }

  /** @throws Fault */
  async request(method: string, params: object, { token, progress }: CallOptions): Promise<unknown> {
    if (this.#stopped) throw new Fault("unreachable", vscode.l10n.t("The Calcifer daemon was stopped."));
    const reporting = progress && this.#reporting(progress);
    const sent = reporting ? { ...params, workDoneToken: reporting.token } : params;
    try {
      return await this.#once(method, sent, token).catch((error: unknown) => {
        // Asked again when the daemon is back: acts carry a key, so that nothing is done twice.
        if (isLost(error) && !this.#end.signal.aborted) return this.#once(method, sent, token);
        throw error;
      });
    } catch (error) {
      throw asFault(error);
    } finally {
      reporting?.listener.dispose();
    }
  }

  /** A stopped daemon may be started again. */
  wake(): void {
    this.#stopped = false;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    this.#settings?.dispose();
    if (this.#client.state === State.Running) await this.#client.stop().catch(() => {});
    await this.#client.dispose().catch(() => {});
  }

  async #once(method: string, params: object, token: vscode.CancellationToken | undefined): Promise<unknown> {
    // Waits while the client starts.
    await this.#client.start();
    return this.#client.sendRequest(method, params, token ?? new vscode.CancellationTokenSource().token);
  }

  #reporting(progress: Progress): { token: string; listener: vscode.Disposable } {
    const token = `calcifer-${++this.#progress}`;
    const type = new ProgressType<{ message: string; percentage?: number }>();
    const listener = this.#client.onProgress(type, token, ({ message, percentage }) => progress(message, percentage));
    return { token, listener };
  }

  /** Resolves when there is a daemon, however long that takes. @throws Fault when looking further is in vain */
  async #socket(): Promise<StreamInfo> {
    for (let wait = 100; !this.#end.signal.aborted; wait = Math.min(wait * 2, 2000)) {
      try {
        const { start, env } = this.#options;
        const { socket, welcome } = await openSocket({ client: "extension", env, ...(!this.#stopped && { start }) });
        this.#welcome = welcome;
        this.#stopped = false;
        return { reader: socket, writer: socket };
      } catch (error) {
        const fault = asFault(error);
        if (this.#end.signal.aborted) break;
        if (!this.#stopped) this.#options.output.warn(fault.message);
        if (fault.fault !== "unreachable") {
          this.#options.changed({ is: "failed", fault });
          throw fault;
        }
        if (this.#welcome === undefined) this.#options.changed({ is: "failed", fault });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    throw new Fault("cancelled", "The window closes.");
  }

  async #running(): Promise<void> {
    try {
      await this.#subscribe();
      if (this.#welcome) this.#options.changed({ is: "up", welcome: this.#welcome });
    } catch (error) {
      // Lost again already; the next connection subscribes.
      this.#options.output.debug(String(error));
    }
  }

  async #subscribe(): Promise<void> {
    if (this.#seq === undefined) {
      const newest = { newest: true, limit: 1 };
      const { seq } = await this.#client.sendRequest<{ seq: number }>("event.list", newest);
      this.#seq = seq;
    }
    await this.#client.sendRequest("event.subscribe", { since: this.#seq });
  }

  #hear(event: EventRecord): void {
    if (this.#seq !== undefined && event.seq <= this.#seq) return;
    this.#seq = event.seq;
    this.#options.heard(event);
  }

  #clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: "file", language: "markdown" },
        { scheme: "file", pattern: "**/.calcifer.yaml" },
        { language: "git-commit" },
        { language: "scminput" },
      ],
      outputChannel: this.#options.output,
      initializationOptions: {
        commandLinks: true,
        codeLens: setting("calcifer.codeLens.enabled"),
        diagnosticsHelp: this.#options.help,
      },
      synchronize: { configurationSection: "calcifer" },
      // Hovers may open an item, and nothing else.
      markdown: { isTrusted: { enabledCommands: ["calcifer.work.show"] } },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          if (this.#end.signal.aborted) return { action: CloseAction.DoNotRestart, handled: true };
          this.#options.changed({ is: this.#stopped ? "stopped" : "lost" });
          return { action: CloseAction.Restart, handled: true };
        },
      },
    };
  }
}

/** vscode-jsonrpc's codes for a connection that ended: pending response rejected, write and read errors, inactive. */
const lostCodes = [-32097, -32099, -32098, -32096];
function isLost(error: unknown): boolean {
  return lostCodes.includes((error as Partial<WireError>).code ?? 0);
}

function asFault(error: unknown): Fault {
  if (isFault(error)) return error;
  if (isLost(error)) return new Fault("unreachable", vscode.l10n.t("The Calcifer daemon was lost before it answered."));
  const wire = error as Partial<WireError>;
  if (typeof wire.code === "number") return faultFromWire({ message: "", ...wire, code: wire.code });
  return new Fault("internal", error instanceof Error ? error.message : String(error));
}
