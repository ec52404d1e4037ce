// How messages look on the socket: `Content-Length` framing as in LSP, and the hello. No zod here: the hook and the CLI carry this file.

/** A message larger than this ends its connection. */
export const largestFrame = 16 * 1024 * 1024;
const largestHeader = 4096;

/** One message as bytes. */
export function frame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "ascii"), body]);
}

/** What is wrong with the bytes themselves; the connection cannot go on after it. */
export class FramingError extends Error {}

/**
 * Cuts a byte stream into message texts. Keeps at most one frame in memory.
 * @throws FramingError on a header that never ends, has no length, or announces more than `largestFrame`.
 */
export class Deframer {
  private chunks: Buffer[] = [];
  private size = 0;
  private need: number | undefined;

  /** @returns the texts of the messages that these bytes complete */
  push(chunk: Buffer): string[] {
    this.chunks.push(chunk);
    this.size += chunk.length;
    const texts: string[] = [];
    for (let text = this.next(); text !== undefined; text = this.next()) texts.push(text);
    return texts;
  }

  private next(): string | undefined {
    if (this.need === undefined && !this.readHeader()) return undefined;
    const need = this.need as number;
    if (this.size < need) return undefined;
    const all = this.joined();
    this.keep(all.subarray(need));
    this.need = undefined;
    return all.toString("utf8", 0, need);
  }

  private readHeader(): boolean {
    if (this.size === 0) return false;
    const all = this.joined();
    const end = all.indexOf("\r\n\r\n");
    if (end < 0 || end > largestHeader) {
      if (all.length > largestHeader) throw new FramingError(`a header of more than ${largestHeader} bytes`);
      return false;
    }
    const length = /^content-length:[ \t]*(\d{1,10})[ \t]*$/im.exec(all.toString("latin1", 0, end));
    if (!length) throw new FramingError("a header without Content-Length");
    const need = Number(length[1]);
    if (need > largestFrame) throw new FramingError(`a message of ${need} bytes; at most ${largestFrame} are taken`);
    this.keep(all.subarray(end + 4));
    this.need = need;
    return true;
  }

  private joined(): Buffer {
    if (this.chunks.length !== 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] as Buffer;
  }

  private keep(rest: Buffer): void {
    this.chunks = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
  }
}

/** Who speaks: `hello` is the first request of every connection. */
export interface Hello {
  version: string;
  /** hash of the OpenRPC document this client was built with; a client in another language may leave it out */
  contract?: string | undefined;
  client: "cli" | "extension" | "hook" | "other";
}

/**
 * The notification to clients of `cli` and `extension` when a person stops the daemon: who would start it again at once
 * knows by it that it shall stay stopped. Its parameters are `Stopping`; then the connection ends.
 */
export const stoppingNotification = "daemon.stopping";

export interface Stopping {
  why: string;
}

export interface Welcome {
  version: string;
  contract: string;
  pid: number;
  /** sequence number of the newest event */
  seq: number;
}

/** @returns negative, zero or positive as `a` is older than, equal to or newer than `b` ("1.2.3", pre-releases ignored) */
export function compareVersions(a: string, b: string): number {
  const parts = (v: string) => v.split(/[.+-]/, 3).map((n) => Number.parseInt(n, 10) || 0);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
