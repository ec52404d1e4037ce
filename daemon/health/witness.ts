// Whether this machine has a network at all: asked before anything is called down. Two have to say no, and none yes.
import dns from "node:dns";
import { readFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import { probeTcp } from "./probe/tcp.ts";
import { isLoopback } from "./target.ts";

export interface Testimony {
  there: boolean;
  why: string;
}
/** @param others endpoints elsewhere that answered a moment ago: each is a witness that the network is there */
export type Witness = (others: number, signal: AbortSignal) => Promise<Testimony>;

const quorum = 2;
const patience = 1500;
/** Milliseconds for which an answer holds, so that a hundred failing endpoints ask once. */
const holdsFor = 10_000;

/** One that can say yes or no; undefined: it knows nothing. */
export interface Source {
  name: string;
  ask(signal: AbortSignal): Promise<boolean | undefined>;
}

/** @param sources who is asked; the ways out of this machine, if left out */
export function networkWitness(sources: () => Source[] = waysOut): Witness {
  let kept: { at: number; said: Promise<Testimony> } | undefined;
  return (others, signal) => {
    if (others > 0) return Promise.resolve({ there: true, why: "other endpoints answer" });
    if (!kept || performance.now() - kept.at > holdsFor)
      kept = { at: performance.now(), said: hear(sources(), signal) };
    return kept.said;
  };
}

async function hear(sources: Source[], signal: AbortSignal): Promise<Testimony> {
  const said = await Promise.all(
    sources.map(async (source) => ({ name: source.name, answer: await source.ask(signal).catch(() => undefined) })),
  );
  const yes = said.find(({ answer }) => answer === true);
  if (yes) return { there: true, why: `${yes.name} answers` };
  const no = said.filter(({ answer }) => answer === false).map(({ name }) => name);
  if (no.length >= quorum) return { there: false, why: `neither ${no.slice(0, 3).join(" nor ")} answers` };
  // One silent witness proves nothing: a failure is taken at its word.
  return { there: true, why: "nobody can tell" };
}

function waysOut(): Source[] {
  const gateway = defaultGateway();
  const servers = dns
    .getServers()
    .map(addressOf)
    .filter((address) => !isLoopback(address) && address !== gateway);
  return [
    { name: "a network interface", ask: async () => (hasInterface() ? undefined : false) },
    ...(gateway === undefined
      ? []
      : [{ name: "the gateway", ask: (signal: AbortSignal) => reached(gateway, [53, 80, 443], signal) }]),
    ...servers
      .slice(0, 2)
      .map((server) => ({ name: "a name server", ask: (signal: AbortSignal) => reached(server, [53], signal) })),
  ];
}

const addressOf = (server: string): string =>
  /^\[(.+)\]/.exec(server)?.[1] ?? (net.isIP(server) ? server : (server.split(":")[0] ?? ""));

const hasInterface = (): boolean =>
  Object.values(os.networkInterfaces()).some((all) =>
    all?.some(({ internal, address }) => !internal && !/^fe80:/i.test(address)),
  );

/** A refusal is an answer, too. */
async function reached(host: string, ports: number[], signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(
    ports.map((port) => probeTcp({ host, port, family: "any", timeout: patience }, signal)),
  );
  return answers.some(({ says, why }) => says === "well" || /refused|reset/.test(why));
}

/** Where Linux sends what is not near; elsewhere the name servers have to do. */
function defaultGateway(): string | undefined {
  try {
    const rows = readFileSync("/proc/net/route", "utf8")
      .split("\n")
      .map((line) => line.split("\t"));
    const hex = rows.find(([, to, by]) => to === "00000000" && by !== "00000000")?.[2];
    return hex
      ?.match(/../g)
      ?.toReversed()
      .map((byte) => Number.parseInt(byte, 16))
      .join(".");
  } catch {
    return undefined;
  }
}
