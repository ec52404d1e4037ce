// One check of an endpoint, whatever its kind. It always comes back with an answer.
import { version } from "../../../protocol/generated.ts";
import type { Answer } from "../rules.ts";
import type { StoredEndpoint } from "../store.ts";
import { dnsQuestion, isLoopback, targetOf } from "../target.ts";
import { type DnsProbe, probeDns } from "./dns.ts";
import { type HttpProbe, probeHttp } from "./http.ts";
import { type IcmpProbe, Pinger } from "./icmp.ts";
import { probeTcp, type TcpProbe } from "./tcp.ts";

/** What is asked, ready to be asked again and again. */
export type Spec =
  | ({ kind: "http" } & HttpProbe)
  | ({ kind: "tcp" } & TcpProbe)
  | ({ kind: "icmp" } & IcmpProbe)
  | ({ kind: "dns" } & DnsProbe);

export function specOf(endpoint: StoredEndpoint): Spec {
  const { kind, target, timeout, family, http } = endpoint;
  if (kind === "dns") return { kind, timeout, ...dnsQuestion(target) };
  if ((kind === "http" || kind === "https") && http) return { kind: "http", url: target, family, timeout, http };
  const { host, port } = targetOf(endpoint);
  return kind === "tcp" ? { kind, host, port: port ?? 0, family, timeout } : { kind: "icmp", host, family, timeout };
}

/** Whether it is asked without any network. */
export const needsNetwork = (endpoint: StoredEndpoint): boolean => {
  if (endpoint.kind !== "dns") return !isLoopback(targetOf(endpoint).host);
  const { server } = dnsQuestion(endpoint.target);
  return server === null || !isLoopback(server.replace(/^\[|\](:\d+)?$|:\d+$/g, ""));
};

export type Probe = (spec: Spec, signal: AbortSignal) => Promise<Answer>;

/** The probes of this machine. Secrets are read from `env` when they are sent, and stay nowhere. */
export function probes(env: Record<string, string | undefined>): { probe: Probe; stop: () => void } {
  const pinger = new Pinger();
  const ask: Probe = (spec, signal) => {
    if (spec.kind === "http") return probeHttp(spec, env, signal, `Calcifer/${version}`);
    if (spec.kind === "tcp") return probeTcp(spec, signal);
    return spec.kind === "dns" ? probeDns(spec, signal) : pinger.probe(spec, signal);
  };
  const probe: Probe = async (spec, signal) => {
    try {
      return await ask(spec, signal);
    } catch (error) {
      // A mistake of ours says nothing of what is checked.
      return { says: "cannot tell", ms: null, why: `it could not be checked: ${(error as Error).message}` };
    }
  };
  return { probe, stop: () => pinger.stop() };
}
