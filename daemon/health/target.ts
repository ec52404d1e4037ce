// What a person writes as a target: an address to ping, a port, a URL, a name to look up. Pure.
import { Fault } from "../../protocol/errors.ts";
import type { endpointKinds } from "../../protocol/health.ts";

export type Kind = (typeof endpointKinds)[number];

export interface Target {
  kind: Kind;
  /** as it is kept: a URL, host:port, host, or name?type=A&server=1.1.1.1 */
  target: string;
  host: string;
  port: number | null;
  /** what an endpoint is called that nobody named */
  name: string;
}

export const recordTypes = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"] as const;
export type RecordType = (typeof recordTypes)[number];

const examples = "It looks like https://host/path, tcp://host:port, icmp://host or dns://name.";

/** @throws Fault invalid, with what it should look like */
export function readTarget(text: string): Target {
  const asked = text.trim();
  if (/[\s\p{Cc}\p{Cf}]/u.test(asked)) throw wrong("it has spaces or control characters");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(asked)?.[1]?.toLowerCase();
  const rest = scheme === undefined ? asked : asked.slice(scheme.length + 3);
  if (scheme === "http" || scheme === "https") return web(asked);
  if (scheme === "tcp" || scheme === undefined) return port(rest);
  if (scheme === "icmp" || scheme === "ping") return ping(rest);
  if (scheme === "dns") return dns(rest);
  throw wrong(`${scheme}:// is not known here`);
}

/** The same from an endpoint as it is kept. */
export function targetOf({ kind, target }: { kind: Kind; target: string }): Target {
  return readTarget(kind === "http" || kind === "https" ? target : `${kind}://${target}`);
}

function web(text: string): Target {
  const url = URL.parse(text);
  if (!url || url.hostname === "") throw wrong("it is no URL");
  if (url.username !== "" || url.password !== "")
    throw wrong(
      "a user or password does not belong into a URL",
      "Put it in a header: --headers 'Authorization: Basic {env:NAME}'",
    );
  url.hash = "";
  const last = url.pathname.split("/").findLast((part) => part !== "");
  const kind = url.protocol === "http:" ? "http" : "https";
  const port = url.port === "" ? (kind === "http" ? 80 : 443) : Number(url.port);
  return { kind, target: url.href, host: bare(url.hostname), port, name: nameFrom(decoded(last) ?? url.hostname) };
}

function port(text: string): Target {
  const found = /^(\[[0-9a-f:.%]+\]|[^:/[\]]+):(\d{1,5})\/?$/i.exec(text);
  if (!found) throw wrong("host:port is missing");
  const [, host = "", digits = ""] = found;
  const number = Number(digits);
  if (number < 1 || number > 65_535) throw wrong(`${digits} is no port`);
  return { kind: "tcp", target: `${checked(host)}:${number}`, host: bare(host), port: number, name: `tcp-${number}` };
}

function ping(text: string): Target {
  const host = text.replace(/\/$/, "");
  return { kind: "icmp", target: checked(host), host: bare(host), port: null, name: "ping" };
}

function dns(text: string): Target {
  const [, name = "", query = ""] = /^([^/?]*)\/?(?:\?(.*))?$/.exec(text) ?? [];
  const asked = new URLSearchParams(query);
  for (const key of asked.keys())
    if (key !== "type" && key !== "server") throw wrong(`${key} is not known here; type and server are`);
  const type = (asked.get("type") ?? "A").toUpperCase();
  if (!(recordTypes as readonly string[]).includes(type)) throw wrong(`type must be one of ${recordTypes.join(", ")}`);
  const server = asked.get("server");
  if (
    server !== null &&
    !/^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?|[0-9a-f:]*::?[0-9a-f:]+)$/i.test(server)
  )
    throw wrong("server must be an IP address, with a port if it is not 53");
  const target = `${checked(name)}?type=${type}${server === null ? "" : `&server=${server}`}`;
  return { kind: "dns", target, host: bare(name), port: null, name: "dns" };
}

export function dnsQuestion(target: string): { name: string; type: RecordType; server: string | null } {
  const [name = "", query = ""] = target.split("?");
  const asked = new URLSearchParams(query);
  return { name, type: asked.get("type") as RecordType, server: asked.get("server") };
}

/** Only what a host can be called: it becomes an argument of `ping`. */
function checked(host: string): string {
  const plain = bare(host);
  if (!/^[a-z0-9_][a-z0-9._-]{0,252}$/i.test(plain) && !/^[0-9a-f:.]*:[0-9a-f:.]*(%[a-z0-9]+)?$/i.test(plain))
    throw wrong(plain === "" ? "the host is missing" : `${JSON.stringify(plain.slice(0, 80))} is no host`);
  return host;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, "");

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A name that can be typed after `service/`. */
const nameFrom = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40) || "http";

const wrong = (why: string, hint = examples): Fault => new Fault("invalid", `target: ${why}.`, { hint });

/** Whether a target is this machine itself: it needs no network. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|.*\.localhost|127(\.\d{1,3}){1,3}|::1|0\.0\.0\.0|::|::ffff:127\.[\d.]+)$/i.test(host);
