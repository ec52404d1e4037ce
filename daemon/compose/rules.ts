// What a compose service is to us: its kind, what is worth watching of it, the name it gets. Facts in, answers out. Pure.
import type { kinds } from "../../protocol/service.ts";
import type { ComposeService, Port } from "./model.ts";

type Kind = (typeof kinds)[number];

const network =
  /wireguard|^wg-|openvpn|tailscale|headscale|netbird|zerotier|pi-?hole|adguard|bind9?$|coredns|unbound|dnsmasq|technitium|powerdns|^pdns|cloudflared|strongswan|^kea|dhcp/;
const infrastructure =
  /postgres|postgis|timescale|mysql|mariadb|percona|mongo|redis|valkey|keydb|dragonfly|memcached|rabbitmq|kafka|zookeeper|redpanda|nats|mosquitto|elasticsearch|opensearch|solr|meilisearch|typesense|clickhouse|influx|cassandra|scylla|couchdb|cockroach|neo4j|minio|garage|etcd|consul|vault(?!warden)|nginx|traefik|caddy|haproxy|envoy|varnish|squid|registry|prometheus|grafana|loki|tempo|alertmanager|otel|opentelemetry|jaeger|exporter|keycloak|authelia|authentik|mailpit|postfix/;

/** By the image; what is built here is somebody's own. */
export function kindOf({ image, build }: Pick<ComposeService, "image" | "build">): Kind {
  if (build || image === undefined) return "application";
  const name = (image.split("@")[0] as string).replace(/:[^/:]*$/, "").toLowerCase();
  const [last = "", before = ""] = name.split("/").reverse();
  for (const part of [last, ...(/^(server|app|core|main|latest)$/.test(last) ? [before] : [])]) {
    if (network.test(part)) return "network";
    if (infrastructure.test(part)) return "infrastructure";
  }
  return "application";
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** `127.0.0.1:8080→80/tcp`; `*` stands for every address, and for whichever port is free. */
export const portText = ({ host, published, target, protocol }: Port): string =>
  `${bracketed(host) || "*"}:${published ?? "*"}→${target}/${protocol}`;

/** Where the host itself reaches what is published. */
const reachable = (host: string): string =>
  host === "" || host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;

/** Targets worth watching: by HTTP where the health check asks so, else by TCP; ICMP for what has an address of its own. */
export function endpointsOf(service: ComposeService, ownAddress: ReadonlySet<string>): string[] {
  const asked = askedOf(service.healthcheck?.test ?? "");
  const published = service.ports.filter((port) => port.protocol === "tcp" && port.published !== null);
  const found = published.map((port) => {
    const host = `${bracketed(reachable(port.host))}:${port.published}`;
    return asked?.port === port.target ? `${asked.scheme}://${host}${asked.path}` : `tcp://${host}`;
  });
  for (const [name, address] of service.networks) {
    if (address === "" || !ownAddress.has(name)) continue;
    found.push(asked ? `${asked.scheme}://${bracketed(address)}:${asked.port}${asked.path}` : `icmp://${address}`);
  }
  return [...new Set(found)];
}

/** The address on this machine that a health check asks. */
function askedOf(test: string): { scheme: string; port: number; path: string } | undefined {
  const found = /\b(https?):\/\/(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d{1,5}))?(\/[^\s"'|&;)]*)?/.exec(
    test,
  );
  if (!found) return undefined;
  const [, scheme = "http", port, path = "/"] = found;
  return { scheme, port: port === undefined ? (scheme === "https" ? 443 : 80) : Number(port), path };
}

/** A name of a service out of any text. */
const named = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 60)
    .replace(/[^a-z0-9]+$/, "") || "service";

/** The first free of: the service's own, with its project's before it, with a number behind. */
export function freeName(service: string, project: string, taken: ReadonlySet<string>): string {
  const whole = named(`${project}-${service}`);
  for (const name of [named(service), whole]) if (!taken.has(name)) return name;
  for (let n = 2; ; n++) if (!taken.has(`${whole}-${n}`)) return `${whole}-${n}`;
}
