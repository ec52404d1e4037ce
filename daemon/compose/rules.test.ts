// Tables: variables, ports, layers laid over one another, kinds, endpoints, names.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files have such variables
import assert from "node:assert/strict";
import { interpolate, parseEnv } from "./interpolate.ts";
import { complete, mergeLayers } from "./merge.ts";
import { type ComposeService, type Layer, readLayer } from "./model.ts";
import { endpointsOf, freeName, kindOf, portText } from "./rules.ts";

const service = (value: Record<string, unknown>): { layer: Layer; complaints: string[] } => {
  const complaints: string[] = [];
  const layer = readLayer(value, ({ path, message }) => complaints.push(`${path.join(".")}: ${message}`));
  return { layer, complaints };
};
const whole = (value: Record<string, unknown>): ComposeService => complete(service(value).layer);

describe("compose rules: variables", () => {
  const known = new Map([
    ["TAG", "2.1"],
    ["EMPTY", ""],
    ["NAME", "web"],
  ]);
  const texts: [string, string, string?][] = [
    ["plain", "plain"],
    ["$TAG", "2.1"],
    ["${TAG}", "2.1"],
    ["a${TAG}b$NAME-c", "a2.1bweb-c"],
    ["$$TAG", "$TAG"],
    ["$${TAG}", "${TAG}"],
    ["costs 5$", "costs 5$"],
    ["$1", "$1"],
    ["${NONE}", "", "NONE"],
    ["$NONE!", "!", "NONE"],
    ["${NONE:-x}", "x"],
    ["${NONE-x}", "x"],
    ["${EMPTY:-x}", "x"],
    ["${EMPTY-x}", ""],
    ["${TAG:-x}", "2.1"],
    ["${NONE:-${TAG}}", "2.1"],
    ["${NONE:-${ALSO:-${NAME}}}!", "web!"],
    ["${NONE:-a}b}", "ab}"],
    ["${TAG:+set}", "set"],
    ["${EMPTY:+set}", ""],
    ["${EMPTY+set}", "set"],
    ["${NONE+set}", ""],
    ["${TAG:?needed}", "2.1"],
    ["${NONE:?say which}", "", "NONE has no value: say which"],
    ["${EMPTY:?say which}", "", "EMPTY has no value: say which"],
    ["${EMPTY?say which}", ""],
    ["${NONE?}", "", "NONE has no value"],
    ["${not a name}", "", "${not a name} is no variable"],
    ["${open", "${open"],
  ];
  for (const [text, expected, complaint] of texts)
    it(JSON.stringify(text), () => {
      const { text: got, unset, failed } = interpolate(text, known);
      assert.equal(got, expected);
      assert.deepEqual([...unset, ...failed], complaint === undefined ? [] : [complaint]);
    });

  it("ends for what nests for ever", () => {
    const open = "${A:-".repeat(20_000);
    assert.equal(interpolate(open + "}".repeat(20_000), new Map()).failed.length, 0);
    assert.equal(interpolate(open, new Map()).text, open);
  });

  it("a .env, in all its quotes", () => {
    const text = [
      "# a comment",
      "A=1",
      "export B = two # behind",
      "C='$A # kept'",
      'D="say \\"$A\\"\\n"',
      "E=x#y",
      "F=",
      "no line",
      'G="over\ntwo"',
      "H=${A}${NONE:-3}",
      "A=4",
      "  I:  yaml ",
    ].join("\n");
    assert.deepEqual(Object.fromEntries(parseEnv(text)), {
      A: "4",
      B: "two",
      C: "$A # kept",
      D: 'say "1"\n',
      E: "x#y",
      F: "",
      G: "over\ntwo",
      H: "13",
      I: "yaml",
    });
  });
});

describe("compose rules: ports", () => {
  const cases: [unknown, string[]][] = [
    ["3000", ["*:*→3000/tcp"]],
    [3000, ["*:*→3000/tcp"]],
    ["8080:80", ["*:8080→80/tcp"]],
    ["127.0.0.1:8080:80", ["127.0.0.1:8080→80/tcp"]],
    ["127.0.0.1::80", ["127.0.0.1:*→80/tcp"]],
    ["[::1]:8080:80", ["[::1]:8080→80/tcp"]],
    ["53:53/udp", ["*:53→53/udp"]],
    ["3000-3002", ["*:*→3000/tcp", "*:*→3001/tcp", "*:*→3002/tcp"]],
    ["9090-9091:8080-8081", ["*:9090→8080/tcp", "*:9091→8081/tcp"]],
    ["9090-9095:80", ["*:*→80/tcp"]],
    [{ target: 80, published: "8080", host_ip: "127.0.0.1", protocol: "tcp", mode: "host" }, ["127.0.0.1:8080→80/tcp"]],
    [{ target: 80 }, ["*:*→80/tcp"]],
    [{ target: 80, published: 8080, "x-own": 1 }, ["*:8080→80/tcp"]],
  ];
  for (const [written, expected] of cases)
    it(JSON.stringify(written), () => {
      const { layer, complaints } = service({ ports: [written] });
      assert.deepEqual([layer.ports?.map(portText), complaints], [expected, []]);
    });

  for (const wrong of ["eighty", "80:90:100:110", "1-99999:1", "70000:1", "9-1", "1-2:1-3", "80/TCP;rm", "1-500:1-500"])
    it(`${wrong} is none`, () => assert.equal(service({ ports: [wrong] }).complaints.length, 1));
});

describe("compose rules: what a service says", () => {
  it("short and long are the same", () => {
    assert.deepEqual(
      whole({ depends_on: ["db"], networks: ["back"], healthcheck: { test: "curl x" } }),
      whole({
        depends_on: { db: { condition: "service_healthy" } },
        networks: { back: null },
        healthcheck: { test: ["CMD-SHELL", "curl x"], interval: "5s" },
      }),
    );
  });

  it("a wrong key leaves the others standing", () => {
    const { layer, complaints } = service({ image: ["no"], profiles: "x", depends_on: ["db"], "x-own": {}, colour: 1 });
    assert.deepEqual([layer, complaints.length], [{ dependsOn: ["db"] }, 2]);
  });

  it("a health check that is switched off is none", () => {
    for (const healthcheck of [{ disable: true }, { test: ["NONE"] }, { disable: true, test: "x" }])
      assert.equal(whole({ healthcheck }).healthcheck, undefined);
  });
});

describe("compose rules: a file over another", () => {
  const base = {
    image: "a:1",
    ports: ["80:80", "81:81"],
    depends_on: ["db"],
    healthcheck: { test: ["CMD", "one"] },
    networks: { back: { ipv4_address: "10.0.0.2" } },
    profiles: ["x"],
  };
  const over = (value: Record<string, unknown>, tags: Partial<Record<keyof Layer, "reset" | "override">> = {}) =>
    complete(mergeLayers(service(base).layer, service(value).layer, (key) => tags[key]));
  const cases: [string, Partial<ComposeService>, ComposeService][] = [
    ["nothing said: as it was", {}, over({})],
    ["the later image", { image: "a:2" }, over({ image: "a:2" })],
    [
      "ports add up, the same one stays one",
      { ports: [...whole(base).ports, ...whole({ ports: ["82:82"] }).ports] },
      over({ ports: ["81:81", "82:82"] }),
    ],
    ["what is needed adds up", { dependsOn: ["db", "cache"] }, over({ depends_on: { cache: {}, db: {} } })],
    [
      "a test takes a test's place",
      { healthcheck: { test: "two", disabled: false } },
      over({ healthcheck: { test: ["CMD", "two"] } }),
    ],
    ["an interval leaves the test", {}, over({ healthcheck: { interval: "9s" } })],
    ["a check switched off", { healthcheck: undefined }, over({ healthcheck: { disable: true } })],
    [
      "an address stays",
      {
        networks: new Map([
          ["back", "10.0.0.2"],
          ["front", ""],
        ]),
      },
      over({ networks: ["back", "front"] }),
    ],
    ["!reset takes away", { ports: [] }, over({}, { ports: "reset" })],
    [
      "!override takes the place",
      { ports: whole({ ports: ["90:90"] }).ports },
      over({ ports: ["90:90"] }, { ports: "override" }),
    ],
  ];
  for (const [name, expected, got] of cases) it(name, () => assert.deepEqual(got, { ...whole(base), ...expected }));
});

describe("compose rules: what it is to us", () => {
  const kinds: [string | undefined, boolean, string][] = [
    ["postgres:18", false, "infrastructure"],
    ["docker.io/bitnami/postgresql:17@sha256:abc", false, "infrastructure"],
    ["registry.example.org:5000/team/redis-stack", false, "infrastructure"],
    ["traefik:v3", false, "infrastructure"],
    ["nginx", false, "infrastructure"],
    ["minio/minio", false, "infrastructure"],
    ["vaultwarden/server:latest", false, "application"],
    ["hashicorp/vault", false, "infrastructure"],
    ["lscr.io/linuxserver/wireguard:1.0", false, "network"],
    ["ghcr.io/wg-easy/wg-easy:15", false, "network"],
    ["pihole/pihole", false, "network"],
    ["coredns/coredns:1.12", false, "network"],
    ["shop/web:3", false, "application"],
    ["shop/redis", true, "application"],
    [undefined, true, "application"],
    [undefined, false, "application"],
  ];
  for (const [image, build, kind] of kinds)
    it(`${image}${build ? ", built here" : ""}: ${kind}`, () => assert.equal(kindOf({ image, build }), kind));

  const endpoints: [string, Record<string, unknown>, string[]][] = [
    ["nothing published", { image: "a", ports: ["80"] }, []],
    ["published", { ports: ["8080:80"] }, ["tcp://127.0.0.1:8080"]],
    [
      "on one address",
      { ports: ["10.0.0.7:8080:80", "[::1]:81:81", "[::]:82:82"] },
      ["tcp://10.0.0.7:8080", "tcp://[::1]:81", "tcp://[::1]:82"],
    ],
    ["UDP cannot be asked", { ports: ["53:53/udp"] }, []],
    [
      "what the health check asks",
      { ports: ["8080:80", "9:9"], healthcheck: { test: ["CMD", "curl", "-f", "http://localhost/healthz?x=1"] } },
      ["http://127.0.0.1:8080/healthz?x=1", "tcp://127.0.0.1:9"],
    ],
    [
      "HTTPS by its own port",
      { ports: ["8443:443"], healthcheck: { test: "wget -q https://127.0.0.1 || exit 1" } },
      ["https://127.0.0.1:8443/"],
    ],
    [
      "a check of another port",
      { ports: ["80:80"], healthcheck: { test: "curl http://localhost:9000/" } },
      ["tcp://127.0.0.1:80"],
    ],
    ["an address of its own", { networks: { lan: { ipv4_address: "192.168.1.9" } } }, ["icmp://192.168.1.9"]],
    ["an address inside", { networks: { back: { ipv4_address: "10.0.0.9" } } }, []],
  ];
  for (const [name, value, expected] of endpoints)
    it(name, () => assert.deepEqual(endpointsOf(whole(value), new Set(["lan"])), expected));

  it("names: its own, with the project's, with a number", () => {
    const taken = new Set<string>();
    const names = ["Web_1", "web_1", "web_1", "--", "…"].map((name) => {
      const free = freeName(name, "Shop", taken);
      taken.add(free);
      return free;
    });
    assert.deepEqual(names, ["web_1", "shop-web_1", "shop-web_1-2", "service", "shop"]);
  });
});
