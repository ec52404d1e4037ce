// Whether a name server answers for a name.
import { promises as dns } from "node:dns";
import type { Answer } from "../rules.ts";
import type { RecordType } from "../target.ts";
import { deadline } from "./deadline.ts";
import { codeOf, seconds, sentenceOf } from "./words.ts";

export interface DnsProbe {
  name: string;
  type: RecordType;
  /** null: those of this machine */
  server: string | null;
  timeout: number;
}

export async function probeDns({ name, type, server, timeout }: DnsProbe, signal: AbortSignal): Promise<Answer> {
  const resolver = new dns.Resolver({ timeout: Math.max(300, Math.floor(timeout / 2)), tries: 2 });
  if (server !== null) resolver.setServers([server]);
  const start = performance.now();
  let late = false;
  const stop = deadline(timeout, () => {
    late = true;
    resolver.cancel();
  });
  const abort = () => resolver.cancel();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const answers = (await resolver.resolve(name, type)) as unknown;
    const ms = performance.now() - start;
    const n = Array.isArray(answers) ? answers.length : 1;
    return { says: "well", ms, why: `${n} ${type} ${n === 1 ? "record" : "records"} in ${Math.round(ms)} ms` };
  } catch (error) {
    return { says: "failed", ms: null, ...said(error, { name, type, timeout, late }) };
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}

function said(
  error: unknown,
  { name, type, timeout, late }: { name: string; type: string; timeout: number; late: boolean },
): { why: string; late?: boolean } {
  const code = codeOf(error);
  if (late || code === "ETIMEOUT") return { why: `no name server answered within ${seconds(timeout)}`, late: true };
  if (code === "ENOTFOUND") return { why: `there is no name ${name}` };
  if (code === "ENODATA") return { why: `${name} has no ${type} record` };
  if (code === "ECONNREFUSED") return { why: "the name server cannot be reached" };
  return { why: sentenceOf(error) };
}
