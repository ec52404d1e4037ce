// Whether a host answers a ping: by the system's `ping`, unprivileged, or `fping` for many at once where it is installed.
import { type ChildProcess, spawn } from "node:child_process";
import type { Answer } from "../rules.ts";
import { deadline } from "./deadline.ts";
import { type Family, lookUp } from "./lookup.ts";
import { codeOf, isOurs, seconds, sentenceOf } from "./words.ts";

export interface IcmpProbe {
  host: string;
  family: Family;
  timeout: number;
}

/** Milliseconds in which pings are gathered for one `fping`: starting a program is what costs. */
const gather = 250;
const mostInBatch = 200;
/** Milliseconds after which a program that was not there is looked for again. */
const lookAgain = 600_000;

interface Waiting {
  address: string;
  /** @param answer undefined: nothing was said of it */
  done: (answer: Answer | undefined) => void;
}
type Ran = { code: number | null; out: string; err: string; unstarted?: string };

export class Pinger {
  private readonly programs: { ping: string; fping: string };
  private readonly batches = new Map<string, Waiting[]>();
  private readonly running = new Set<ChildProcess>();
  private noFping = Number.NEGATIVE_INFINITY;

  constructor(programs = { ping: "ping", fping: "fping" }) {
    this.programs = programs;
  }

  async probe({ host, family, timeout }: IcmpProbe, signal: AbortSignal): Promise<Answer> {
    try {
      const [to] = await lookUp(host, family, timeout, signal);
      if (!to) return { says: "failed", ms: null, why: "its name has no address" };
      const batched = performance.now() - this.noFping > lookAgain;
      const answer = batched ? await this.batch(to.address, to.family, timeout) : undefined;
      if (signal.aborted) return cannot("the daemon ended", host);
      return answer ?? (await this.ping(to.address, to.family, timeout, host));
    } catch (error) {
      return { says: isOurs(error) ? "cannot tell" : "failed", ms: null, why: sentenceOf(error) };
    }
  }

  /** Ends every program that runs, and starts none of those that were about to be. */
  stop(): void {
    for (const waiting of this.batches.values()) for (const { done } of waiting) done(undefined);
    this.batches.clear();
    for (const child of this.running) child.kill("SIGKILL");
  }

  private batch(address: string, family: 4 | 6, timeout: number): Promise<Answer | undefined> {
    const key = `${family} ${timeout}`;
    return new Promise((resolve) => {
      const batch = this.batches.get(key) ?? [];
      if (batch.push({ address, done: resolve }) === 1) {
        this.batches.set(key, batch);
        setTimeout(() => this.send(key, family, timeout), gather);
      } else if (batch.length >= mostInBatch) this.send(key, family, timeout);
    });
  }

  private send(key: string, family: 4 | 6, timeout: number): void {
    const batch = this.batches.get(key);
    this.batches.delete(key);
    if (batch) void this.fping(batch, family, timeout);
  }

  private async fping(batch: Waiting[], family: 4 | 6, timeout: number): Promise<void> {
    const targets = [...new Set(batch.map((w) => w.address))];
    const args = [`-${family}`, "-C", "1", "-q", "-i", "1", "-t", String(Math.round(timeout)), ...targets];
    const ran = await this.run(this.programs.fping, args, timeout + targets.length * 2 + 2000);
    const times = fpingTimes(ran.err);
    if (times.size === 0) this.noFping = performance.now();
    for (const { address, done } of batch) done(answered(times.get(address), timeout));
  }

  private async ping(address: string, family: 4 | 6, timeout: number, host: string): Promise<Answer> {
    const ran = await this.run(
      this.programs.ping,
      pingArgs(process.platform, address, family, timeout),
      timeout + 1500,
    );
    const found = /(?:time|Zeit|temps|tiempo)[=<]\s*([\d.,]+)\s*ms/i.exec(ran.out)?.[1];
    if (found !== undefined) return answered(Number(found.replace(",", ".")), timeout) as Answer;
    if (ran.unstarted !== undefined) return cannot(ran.unstarted, host);
    const said =
      ran.err
        .split("\n")
        .find((line) => line.trim() !== "")
        ?.trim() ?? "";
    if (/not permitted|permission|privilege|capabilit|lacking|invalid option|usage/i.test(said))
      return cannot(`ping may not be used here: ${said.slice(0, 80)}`, host);
    if (/unreachable/i.test(ran.out + said)) return { says: "failed", ms: null, why: "the host cannot be reached" };
    return answered(null, timeout) as Answer;
  }

  private run(program: string, args: string[], limit: number): Promise<Ran> {
    return new Promise((resolve) => {
      // In the one language whose words are looked for.
      const ran: Ran = { code: null, out: "", err: "" };
      const unstarted = (error: unknown): string =>
        codeOf(error) === "ENOENT"
          ? "the program ping is not installed here"
          : `ping could not be started: ${sentenceOf(error)}`;
      let child: ChildProcess;
      try {
        child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
      } catch (error) {
        return resolve({ ...ran, unstarted: unstarted(error) });
      }
      const stop = deadline(limit, () => child.kill("SIGKILL"));
      this.running.add(child);
      // Without free file descriptors it has none.
      child.stdout?.on("data", (text) => (ran.out = (ran.out + String(text)).slice(0, 100_000)));
      child.stderr?.on("data", (text) => (ran.err = (ran.err + String(text)).slice(0, 100_000)));
      const end = (code: number | null, error?: Error) => {
        stop();
        this.running.delete(child);
        resolve({ ...ran, code, ...(error && { unstarted: unstarted(error) }) });
      };
      child.once("error", (error) => end(null, error));
      child.once("close", (code) => end(code));
    });
  }
}

/** One echo request, without looking names up. */
export function pingArgs(platform: string, address: string, family: 4 | 6, timeout: number): string[] {
  const wait = Math.max(1, Math.ceil(timeout / 1000));
  if (platform === "win32") return [`-${family}`, "-n", "1", "-w", String(Math.round(timeout)), address];
  if (platform === "darwin")
    return ["-n", "-c", "1", ...(family === 4 ? ["-W", String(Math.round(timeout))] : []), address];
  return [`-${family}`, "-n", "-c", "1", "-W", String(wait), address];
}

/** `192.0.2.1 : -` and `127.0.0.1 : 0.04`, one line each. */
export function fpingTimes(text: string): Map<string, number | null> {
  const found = new Map<string, number | null>();
  for (const [, address = "", time = ""] of text.matchAll(/^(\S+)\s*: (-|[\d.]+)\s*$/gm))
    found.set(address, time === "-" ? null : Number(time));
  return found;
}

/** undefined: this program said nothing of it. */
function answered(ms: number | null | undefined, timeout: number): Answer | undefined {
  if (ms === undefined) return undefined;
  if (ms === null || ms > timeout)
    return { says: "failed", ms: null, why: `no answer within ${seconds(timeout)}`, late: true };
  return { says: "well", ms, why: `answered in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` };
}

const cannot = (why: string, host: string): Answer => ({
  says: "cannot tell",
  ms: null,
  why: `${why}; check a port instead: tcp://${host.includes(":") ? `[${host}]` : host}:<port>`,
});
