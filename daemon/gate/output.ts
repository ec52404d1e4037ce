// What a run of tests says: kept in a file up to a size, its last lines at hand, each line told as it comes, in measure.
import { closeSync, openSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

const mostKept = 8 * 1024 * 1024;
const mostAtEnd = 64 * 1024;
const longestLine = 2000;
const tailLines = 40;
/** lines told in a tenth of a second; nobody reads faster */
const mostTold = 50;

export class Output {
  private readonly fd: number;
  private readonly tell: (line: string) => void;
  private readonly lastLines: string[] = [];
  private end = Buffer.alloc(0);
  private kept = 0;
  private dropped = 0;
  private tick = 0;
  private told = 0;
  private untold = 0;

  constructor(file: string, tell: (line: string) => void) {
    this.fd = openSync(file, "wx", 0o600);
    this.tell = tell;
  }

  /** A stream of it; each has its own unfinished line. */
  stream(): { write(chunk: Buffer): void; end(): void } {
    const decoder = new StringDecoder("utf8");
    let open = "";
    const take = (text: string) => {
      const lines = (open + text).split(/\r\n|[\r\n]/);
      open = (lines.pop() ?? "").slice(0, longestLine);
      for (const line of lines) this.line(line);
    };
    return {
      write: (chunk) => {
        this.keep(chunk);
        take(decoder.write(chunk));
      },
      end: () => {
        take(decoder.end());
        if (open !== "") this.line(open);
      },
    };
  }

  /** A line of ours. */
  say(line: string): void {
    this.keep(Buffer.from(`${line}\n`));
    this.line(line);
  }

  /** The last lines, without what only a terminal understands. */
  get tail(): string[] {
    return this.lastLines.map(plain);
  }

  close(): void {
    this.tellUntold();
    if (this.dropped > 0) {
      const left = this.dropped - this.end.length;
      if (left > 0) writeSync(this.fd, `\n… ${left} bytes are left out here …\n`);
      writeSync(this.fd, this.end);
    }
    closeSync(this.fd);
  }

  private keep(chunk: Buffer): void {
    const fits = chunk.subarray(0, mostKept - this.kept);
    if (fits.length > 0) this.kept += writeSync(this.fd, fits);
    const over = chunk.subarray(fits.length);
    if (over.length === 0) return;
    this.dropped += over.length;
    this.end = Buffer.concat([this.end, over]).subarray(-mostAtEnd);
  }

  private line(text: string): void {
    const line = text.slice(0, longestLine);
    this.lastLines.push(line);
    if (this.lastLines.length > tailLines) this.lastLines.shift();
    const tick = Math.floor(performance.now() / 100);
    if (tick !== this.tick) {
      this.tick = tick;
      this.told = 0;
      this.tellUntold();
    }
    if (this.told++ < mostTold) this.tell(plain(line));
    else this.untold++;
  }

  private tellUntold(): void {
    if (this.untold > 0) this.tell(`… ${this.untold} lines are only in the log …`);
    this.untold = 0;
  }
}

const plain = (line: string): string => stripVTControlCharacters(line).replace(/(?!\t)\p{Cc}/gu, "");
