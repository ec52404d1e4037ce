// Whether a port accepts a connection. Refused and silence are told apart.
import net from "node:net";
import type { Answer } from "../rules.ts";
import { deadline } from "./deadline.ts";
import { type Family, known, lookUp, perAddress } from "./lookup.ts";
import { codeOf, isOurs, seconds, sentenceOf } from "./words.ts";

export interface TcpProbe {
  host: string;
  port: number;
  family: Family;
  timeout: number;
}

export async function probeTcp({ host, port, family, timeout }: TcpProbe, signal: AbortSignal): Promise<Answer> {
  const start = performance.now();
  try {
    const addresses = await lookUp(host, family, timeout, signal);
    const left = timeout - (performance.now() - start);
    const autoSelectFamilyAttemptTimeout = perAddress(left, addresses);
    await connect({ host, port, lookup: known(addresses), autoSelectFamilyAttemptTimeout }, left, signal);
  } catch (error) {
    return failure(error, timeout);
  }
  const ms = performance.now() - start;
  return { says: "well", ms, why: `connected in ${Math.round(ms)} ms` };
}

/** Resolves once connected, and closes at once: nothing is sent. */
function connect(to: net.NetConnectOpts, left: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(to);
    const end = (error?: Error) => {
      stop();
      signal.removeEventListener("abort", abort);
      // Ended in form: a reset would be an error to whoever listens.
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const abort = () => end(new Error("stopped"));
    const stop = deadline(Math.max(1, left), () => end(Object.assign(new Error("late"), { code: "LATE" })));
    signal.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => end());
    socket.on("error", end);
  });
}

export function failure(error: unknown, timeout: number): Answer {
  if (codeOf(error) === "LATE" || codeOf(error) === "ETIMEDOUT")
    return {
      says: "failed",
      ms: null,
      why: `no answer within ${seconds(timeout)}: filtered, or the host is off`,
      late: true,
    };
  const says = isOurs(error) ? "cannot tell" : "failed";
  return { says, ms: null, why: sentenceOf(error), ...(codeOf(error) === "ETIMEOUT" && { late: true }) };
}
