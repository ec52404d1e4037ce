// Names to addresses, without the pool of four threads that getaddrinfo would hold while a name server is silent.
import dns from "node:dns";
import { readFileSync, statSync } from "node:fs";
import net from "node:net";
import { deadline } from "./deadline.ts";

export interface Address {
  address: string;
  family: 4 | 6;
}
export type Family = "any" | "4" | "6";

/** @throws an error with a resolver's code */
export async function lookUp(host: string, family: Family, timeout: number, signal: AbortSignal): Promise<Address[]> {
  const literal = net.isIP(host);
  if (literal !== 0) {
    if (family !== "any" && family !== String(literal)) throw coded("ENODATA");
    return [{ address: host, family: literal as 4 | 6 }];
  }
  const listed = inHostsFile(host).filter((a) => fits(a, family));
  if (listed.length > 0) return listed;
  return within(timeout, signal, (cut) => search(host, family, timeout, cut));
}

/** A resolver asks one server after the other, and getaddrinfo cannot be stopped: neither may take longer than there is. */
function within<T>(ms: number, signal: AbortSignal, act: (cut: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cut = new AbortController();
    const end = (code: string) => {
      reject(coded(code));
      cut.abort();
    };
    const abort = () => end("ECANCELLED");
    const stop = deadline(ms, () => end("ETIMEOUT"));
    signal.addEventListener("abort", abort, { once: true });
    const done = () => {
      stop();
      signal.removeEventListener("abort", abort);
    };
    void act(cut.signal).then(resolve, reject).then(done);
  });
}

async function search(host: string, family: Family, timeout: number, signal: AbortSignal): Promise<Address[]> {
  try {
    return await ask(host, family, timeout, signal);
  } catch (error) {
    // Names that only this machine's own ways know: mDNS, a search domain, a directory. A silent server is not asked twice.
    if (signal.aborted || ["ETIMEOUT", "ESERVFAIL", "ECANCELLED"].includes((error as { code?: string }).code ?? ""))
      throw error;
    const found = await dns.promises.lookup(host, { all: true, family: family === "any" ? 0 : Number(family) });
    return found.map((a) => a as Address);
  }
}

async function ask(host: string, family: Family, timeout: number, signal: AbortSignal): Promise<Address[]> {
  const resolver = new dns.promises.Resolver({ timeout: Math.max(500, Math.floor(timeout / 2)), tries: 2 });
  const stop = () => resolver.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const four = family === "6" ? [] : resolver.resolve4(host).then((all) => all.map(addressOf(4)));
    const six = family === "4" ? [] : resolver.resolve6(host).then((all) => all.map(addressOf(6)));
    const [a, b] = await Promise.allSettled([four, six]);
    const found = [a, b].flatMap((r) => (r.status === "fulfilled" ? r.value : []));
    if (found.length > 0) return found;
    throw a.status === "rejected" ? a.reason : b.status === "rejected" ? b.reason : coded("ENODATA");
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const addressOf =
  (family: 4 | 6) =>
  (address: string): Address => ({ address, family });
const coded = (code: string): Error => Object.assign(new Error(code), { code });
const fits = ({ family }: Address, wanted: Family): boolean => wanted === "any" || wanted === String(family);

const hostsFile =
  process.platform === "win32" ? `${process.env.SystemRoot}\\System32\\drivers\\etc\\hosts` : "/etc/hosts";
let hosts = { seen: 0, changed: -1, names: new Map<string, Address[]>() };

function inHostsFile(name: string): Address[] {
  const now = performance.now();
  if (hosts.changed < 0 || now - hosts.seen > 10_000) hosts = { ...readHosts(hosts), seen: now };
  const found = hosts.names.get(name.toLowerCase());
  if (found) return found;
  if (!/(^|\.)localhost$/i.test(name)) return [];
  return [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
}

function readHosts(before: typeof hosts): typeof hosts {
  try {
    const changed = statSync(hostsFile).mtimeMs;
    if (changed === before.changed) return before;
    return { ...before, changed, names: parseHosts(readFileSync(hostsFile, "utf8")) };
  } catch {
    return { ...before, changed: 0, names: new Map() };
  }
}

function parseHosts(text: string): Map<string, Address[]> {
  const names = new Map<string, Address[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    const family = net.isIP(address) as 0 | 4 | 6;
    if (family === 0) continue;
    for (const alias of aliases)
      names.set(alias.toLowerCase(), [...(names.get(alias.toLowerCase()) ?? []), { address, family }]);
  }
  return names;
}

/** Milliseconds until the next address is tried: Node's 250 would give up on every host that is far away or busy. */
export const perAddress = (left: number, addresses: readonly Address[]): number =>
  Math.max(250, Math.min(2000, Math.floor(left / Math.max(1, addresses.length))));

/** For `lookup` of net and tls: addresses that are known already. */
export const known =
  (addresses: readonly Address[]): net.LookupFunction =>
  (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, addresses as dns.LookupAddress[]);
    else if (first) done(null, first.address, first.family);
  };
