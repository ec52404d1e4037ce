// Probes against real servers: good, slow, silent, lying and broken ones.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import dgram from "node:dgram";
import dnsModule from "node:dns";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { mock } from "node:test";
import tls from "node:tls";
import type { Http } from "../../../protocol/health.ts";
import type { Answer } from "../rules.ts";
import { usualHttp } from "../settings.ts";
import { probeDns } from "./dns.ts";
import { probeHttp } from "./http.ts";
import { fpingTimes, Pinger, pingArgs } from "./icmp.ts";
import { failure, probeTcp } from "./tcp.ts";

const never = new AbortController().signal;
const ask = (
  url: string,
  more: Partial<Http> = {},
  { timeout = 2000, env = {} }: { timeout?: number; env?: NodeJS.ProcessEnv } = {},
) => probeHttp({ url, family: "any", timeout, http: { ...usualHttp, ...more } }, env, never, "test");

const folder = mkdtempSync(path.join(os.tmpdir(), "hc-"));
const closers: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
after(() => {
  for (const close of closers.splice(0)) close();
});

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    (server as http.Server).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}
const web = async (handler: http.RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(http.createServer(handler))}`;
/** Says these bytes to whoever connects, and ends unless told to stay. */
async function raw(bytes: string, stay = false): Promise<number> {
  const sockets = new Set<net.Socket>();
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listening(
    net.createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(bytes);
        if (!stay) socket.end();
      });
    }),
  );
}
/** A port whose listener takes nobody in: its queue is full, so that what comes is dropped, as a firewall does. @param until seconds */
async function filtered(until = 60): Promise<number> {
  const code =
    "use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 0, LocalAddr => '127.0.0.1') or die; $| = 1; print $s->sockport, qq{\\n}; select undef, undef, undef, shift; 1 while $s->accept";
  const child = spawn("perl", ["-e", code, String(until)], { stdio: ["ignore", "pipe", "inherit"] });
  closers.push(() => child.kill());
  const port = Number(await new Promise((resolve) => child.stdout.once("data", (text) => resolve(String(text)))));
  for (let n = 0; n < 8; n++) {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {});
    closers.push(() => socket.destroy());
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  return port;
}
const failed = (answer: Answer, why: RegExp) => {
  assert.equal(answer.says, "failed", answer.why);
  assert.match(answer.why, why);
};

describe("HTTP probes", () => {
  let url = "";
  const heard: { port: number | undefined; headers: http.IncomingHttpHeaders }[] = [];
  before(async () => {
    url = await web((request, response) => {
      heard.push({ port: request.socket.remotePort, headers: request.headers });
      const { pathname } = new URL(request.url ?? "/", "http://x");
      if (pathname === "/json")
        return response.setHeader("X-Version", "v2.0").end('{"status":"ok","n":[1,{"v":"1.2.3"}],"no":null}');
      if (pathname === "/500") return response.writeHead(500).end("no");
      if (pathname === "/loop") return response.writeHead(302, { location: "/loop" }).end();
      if (pathname.startsWith("/deep"))
        return response.writeHead(302, { location: `/deep${Number(pathname.slice(5)) + 1}` }).end();
      if (pathname === "/moved") return response.writeHead(301, { location: "/json" }).end();
      if (pathname === "/away") return response.writeHead(302, { location: request.headers["x-to"] as string }).end();
      if (pathname === "/file") return response.writeHead(302, { location: "file:///etc/passwd" }).end();
      if (pathname === "/huge") return endless(response);
      if (pathname === "/silent") return undefined;
      if (pathname === "/stuck") return void response.writeHead(200).write("a beginning");
      return response.end("all is well");
    });
  });
  function endless(response: http.ServerResponse): void {
    const more = () => {
      while (response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  }

  it("an answer, on a connection of its own", async () => {
    heard.length = 0;
    for (let n = 0; n < 2; n++) {
      const answer = await ask(`${url}/`);
      assert.equal(answer.says, "well", answer.why);
      assert.match(answer.why, /^200 in \d+ ms$/);
    }
    assert.equal(heard.length, 2);
    assert.notEqual(heard[0]?.port, heard[1]?.port);
  });

  const cases: [name: string, path: string, more: Partial<Http>, says: Answer["says"], why: RegExp][] = [
    ["a status that was not expected", "/500", {}, "failed", /^500 in .*2xx was expected/],
    ["a status that was", "/500", { expect: ["404", "500-503"] }, "well", /^500/],
    ["a text that is there", "/", { text: "is well" }, "well", /200/],
    ["a text that is not", "/", { text: "is ill" }, "failed", /"is ill" is not in the body/],
    ["a JSON path that fits", "/json", { json: "$.status = ok" }, "well", /200/],
    ["one in a list", "/json", { json: "$.n[0] = 1" }, "well", /200/],
    ["one deep down, quoted", "/json", { json: '$.n[1]["v"] = "1.2.3"' }, "well", /200/],
    ["one that differs", "/json", { json: "$.status = bad" }, "failed", /\$\.status is "ok", not "bad"/],
    ["one that is missing", "/json", { json: "$.constructor = x" }, "failed", /\$\.constructor is missing/],
    ["JSON that is none", "/", { json: "$.status = ok" }, "failed", /is no JSON/],
    ["a header that fits", "/json", { header: "X-Version: V2.0" }, "well", /200/],
    ["a header that is missing", "/", { header: "X-Version: 1" }, "failed", /header X-Version is missing/],
    ["a redirect", "/moved", { json: "$.status = ok" }, "well", /200/],
    ["a redirect that is not followed", "/moved", { follow: false }, "failed", /^301/],
    ["a circle", "/loop", {}, "failed", /in a circle/],
    ["too many", "/deep0", {}, "failed", /more than 10 times/],
    ["to a file", "/file", {}, "failed", /no web address/],
    ["a body without end is read for a megabyte", "/huge", {}, "well", /200/],
    ["which is said", "/huge", { text: "y" }, "failed", /first megabyte/],
  ];
  for (const [name, where, more, says, why] of cases)
    it(name, async () => {
      const answer = await ask(url + where, more);
      assert.equal(answer.says, says, answer.why);
      assert.match(answer.why, why);
    });

  it("versions are read from a header or a path", async () => {
    assert.equal((await ask(`${url}/json`, { version: "header X-Version" })).version, "v2.0");
    assert.equal((await ask(`${url}/json`, { version: "$.n[1].v" })).version, "1.2.3");
    assert.equal((await ask(`${url}/json`, { version: "$.no" })).version, null);
  });

  it("says at what it waited when nobody answers", async () => {
    failed(await ask(`${url}/silent`, {}, { timeout: 300 }), /no answer within 0\.3 s \(waiting for the answer\)/);
    failed(await ask(`${url}/stuck`, {}, { timeout: 300 }), /\(reading the body\)/);
    const port = await raw("", true);
    failed(await ask(`https://127.0.0.1:${port}/`, {}, { timeout: 300 }), /shaking hands \(TLS\)/);
    failed(await ask(`http://127.0.0.1:${await filtered()}/`, {}, { timeout: 300 }), /\(connecting\)/);
  });

  const broken: [name: string, bytes: string, why: RegExp][] = [
    ["closes at once", "", /closed without an answer/],
    ["speaks no HTTP", "SSH-2.0-OpenSSH\r\n", /no HTTP/],
    ["breaks off", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", /broke off/],
    ["breaks off in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort", /broke off/],
    [
      "has endless headers",
      `HTTP/1.1 200 OK\r\n${"X-Filler: yyyyyyyyyyyyyyyyyy\r\n".repeat(20_000)}\r\n`,
      /headers are too long/,
    ],
    ["smuggles", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", /no HTTP/],
  ];
  for (const [name, bytes, why] of broken)
    it(`a server that ${name}`, async () => failed(await ask(`http://127.0.0.1:${await raw(bytes)}/`), why));

  it("secrets come from the environment, go to their host only, and are in no sentence", async () => {
    const elsewhere = await web((request, response) => response.end(JSON.stringify(request.headers)));
    const headers = ["Authorization: Bearer {env:TOKEN}", "X-To: {env:TO}"];
    const env = { TOKEN: "s3cret-value", TO: `${elsewhere}/json` };
    heard.length = 0;
    const answer = await ask(`${url}/away`, { headers, json: "$.authorization = x" }, { env });
    assert.equal(heard[0]?.headers.authorization, "Bearer s3cret-value");
    failed(answer, /authorization is missing/);
    const echoed = await ask(`${elsewhere}/`, { headers: headers.slice(0, 1), json: "$.authorization = x" }, { env });
    assert.ok(!echoed.why.includes("s3cret"), echoed.why);
    const unset = await ask(`${url}/`, { headers: ["Cookie: {env:NOT_SET}"] }, { env: {} });
    assert.deepEqual([unset.says, unset.why], ["cannot tell", "NOT_SET is not set in the daemon's environment"]);
    const broken = await ask(`${url}/`, { headers: ["Cookie: {env:KEY}"] }, { env: { KEY: "s3cret\n" } });
    assert.deepEqual(
      [broken.says, broken.why],
      ["cannot tell", "the value of Cookie has characters that a header cannot have"],
    );
  });

  it("an abort ends it", async () => {
    const abort = new AbortController();
    const answer = probeHttp(
      { url: `${url}/silent`, family: "any", timeout: 60_000, http: usualHttp },
      {},
      abort.signal,
      "test",
    );
    setImmediate(() => abort.abort());
    assert.equal((await answer).says, "failed");
  });
});

describe("certificates", function () {
  this.timeout(30_000);
  const trusted = tls.getCACertificates("default");
  afterEach(() => tls.setDefaultCACertificates(trusted));

  /** A server with a certificate that ends so many days from now; `trust`: this process takes it for an authority's. */
  const serve = async (days: number, names: string, trust = false): Promise<number> => {
    const file = (name: string) => path.join(folder, name);
    const at = (d: number) =>
      `${new Date(Date.now() + d * 86_400_000).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
    const config = `[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=${folder}\ndatabase=${file("index")}\nserial=${file("serial")}\ndefault_md=sha256\npolicy=p\nx509_extensions=x\nunique_subject=no\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=${names}\nbasicConstraints=CA:true\n`;
    for (const [name, text] of Object.entries({ config, index: "", serial: "01" })) writeFileSync(file(name), text);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("key.pem")];
    openssl("req", "-new", ...key, "-out", file("request.pem"), "-subj", "/CN=test");
    const ends = ["-startdate", at(-10), "-enddate", at(days)];
    const signed = [
      "-selfsign",
      "-keyfile",
      file("key.pem"),
      "-in",
      file("request.pem"),
      "-out",
      file("cert.pem"),
      "-notext",
    ];
    openssl("ca", "-batch", "-config", file("config"), ...signed, ...ends);
    const cert = readFileSync(file("cert.pem"), "utf8");
    if (trust) tls.setDefaultCACertificates([...trusted, cert]);
    return listening(
      https.createServer({ key: readFileSync(file("key.pem")), cert }, (_, response) => response.end("ok")),
    );
  };
  const both = "DNS:localhost,IP:127.0.0.1";

  it("self-signed is said, or accepted where that is asked for, with the days it has", async () => {
    const port = await serve(30.5, both);
    failed(await ask(`https://localhost:${port}/`), /^its certificate is self-signed$/);
    const answer = await ask(`https://localhost:${port}/`, { insecure: true });
    assert.deepEqual([answer.says, answer.certificateDays], ["well", 30], answer.why);
  });

  it("one of an authority is well", async () => {
    const port = await serve(5.5, both, true);
    const answer = await ask(`https://localhost:${port}/`);
    assert.deepEqual([answer.says, answer.certificateDays], ["well", 5], answer.why);
  });

  it("expired is said, with how long ago; also where nobody signed it", async () => {
    const trustedPort = await serve(-3, both, true);
    const answer = await ask(`https://localhost:${trustedPort}/`);
    failed(answer, /^its certificate expired 3 days ago$/);
    assert.ok((answer.certificateDays ?? 0) < 0);
    failed(await ask(`https://localhost:${trustedPort}/`, { insecure: true }), /expired 3 days ago/);
  });

  it("another host's is said", async () => {
    const port = await serve(30, "DNS:other.example", true);
    failed(await ask(`https://localhost:${port}/`), /^its certificate is for other\.example, not for localhost$/);
  });

  it("TLS where there is none", async () => {
    const port = await listening(http.createServer((_, response) => response.end("plain")));
    failed(await ask(`https://127.0.0.1:${port}/`), /does not speak TLS|is it http/);
  });
});

describe("TCP probes", () => {
  const tcp = (host: string, port: number, timeout = 2000) => probeTcp({ host, port, family: "any", timeout }, never);

  it("open, closed and filtered are three things", async () => {
    const port = await listening(net.createServer());
    assert.equal((await tcp("127.0.0.1", port)).says, "well");
    const closed = net.createServer();
    const free = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    const refused = await tcp("127.0.0.1", free);
    assert.deepEqual([refused.says, refused.why, refused.late], ["failed", "connection refused", undefined]);
    const silent = await tcp("127.0.0.1", await filtered(), 300);
    failed(silent, /no answer within 0\.3 s: filtered/);
    assert.equal(silent.late, true);
  });

  it("one that takes long is waited for, though another address of its name refuses", async () => {
    const resolver = mock.method(dnsModule.promises.Resolver.prototype, "resolve4", async () => [
      "127.0.0.1",
      "127.0.0.2",
    ]);
    try {
      const port = await filtered(0.5);
      const answer = await probeTcp({ host: "far.example", port, family: "4", timeout: 5000 }, never);
      assert.equal(answer.says, "well", answer.why);
    } finally {
      resolver.mock.restore();
    }
  });

  it("what this machine may not do says nothing of the other", () => {
    for (const code of ["EACCES", "EPERM", "EADDRNOTAVAIL", "EMFILE"])
      assert.equal(failure(Object.assign(new Error("no"), { code }), 1000).says, "cannot tell", code);
    assert.equal(failure(Object.assign(new Error("no"), { code: "ECONNREFUSED" }), 1000).says, "failed");
  });

  it("a name that does not exist, and an address of the other family", async () => {
    failed(await tcp("no-such-name.invalid", 80), /name/);
    failed(await probeTcp({ host: "::1", port: 80, family: "4", timeout: 500 }, never), /no address/);
  });

  it("what came while this process was busy is no time-out", async () => {
    const port = await listening(net.createServer());
    const asked = tcp("127.0.0.1", port, 200);
    // The connection is accepted by the kernel meanwhile; only we do not listen.
    await new Promise((resolve) => setTimeout(resolve, 1));
    const end = performance.now() + 900;
    while (performance.now() < end);
    assert.equal((await asked).says, "well");
  });
});

describe("ICMP probes", () => {
  it("this machine answers itself, by what is installed", async () => {
    const answer = await new Pinger().probe({ host: "127.0.0.1", family: "any", timeout: 2000 }, never);
    if (answer.says === "cannot tell") assert.match(answer.why, /tcp:\/\/127\.0\.0\.1:<port>/);
    else assert.equal(answer.says, "well", answer.why);
  });

  it("without fping, ping is used; without both, that is said, and what to do instead", async () => {
    const byPing = await new Pinger({ ping: "ping", fping: "no-such-fping" }).probe(
      { host: "127.0.0.1", family: "4", timeout: 2000 },
      never,
    );
    assert.notEqual(byPing.says, "failed", byPing.why);
    const none = await new Pinger({ ping: "no-such-ping", fping: "no-such-fping" }).probe(
      { host: "127.0.0.1", family: "4", timeout: 2000 },
      never,
    );
    assert.deepEqual(
      [none.says, none.why],
      ["cannot tell", "the program ping is not installed here; check a port instead: tcp://127.0.0.1:<port>"],
    );
  });

  it("nobody answers", async () => {
    const script = path.join(folder, "fping");
    writeFileSync(script, "#!/bin/sh\necho '192.0.2.1 : -' >&2\nexit 1\n", { mode: 0o755 });
    const answer = await new Pinger({ ping: "no-such-ping", fping: script }).probe(
      { host: "192.0.2.1", family: "4", timeout: 500 },
      never,
    );
    failed(answer, /no answer within 0\.5 s/);
  });

  it("an end kills the programs, and starts none", async () => {
    const [fping, ping, log] = ["slow-fping", "slow-ping", "slow-log"].map((name) => path.join(folder, name));
    for (const name of [fping, ping])
      writeFileSync(name as string, `#!/bin/sh\necho started >> ${log}\nexec sleep 60\n`, { mode: 0o755 });
    const pinger = new Pinger({ ping: ping as string, fping: fping as string });
    const started = () => (existsSync(log as string) ? readFileSync(log as string, "utf8").length / 8 : 0);
    const probe = (signal: AbortSignal) => pinger.probe({ host: "127.0.0.1", family: "4", timeout: 60_000 }, signal);
    const end = new AbortController();
    const gathering = probe(end.signal);
    await new Promise((resolve) => setImmediate(resolve));
    end.abort();
    pinger.stop();
    assert.equal((await gathering).says, "cannot tell");
    // Longer than pings are gathered.
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.equal(started(), 0);
    const second = new AbortController();
    const running = probe(second.signal);
    while (started() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    second.abort();
    pinger.stop();
    assert.equal((await running).says, "cannot tell");
    assert.equal(started(), 1);
  });

  it("programs that cannot be started leave nobody waiting, and nobody down", async () => {
    const answer = await new Pinger({ ping: "no\0program", fping: "no\0program" }).probe(
      { host: "127.0.0.1", family: "4", timeout: 1000 },
      never,
    );
    assert.equal(answer.says, "cannot tell");
    assert.match(answer.why, /ping could not be started/);
  });

  it("is asked for as each platform has it", () => {
    assert.deepEqual(pingArgs("linux", "192.0.2.1", 4, 1500), ["-4", "-n", "-c", "1", "-W", "2", "192.0.2.1"]);
    assert.deepEqual(pingArgs("darwin", "192.0.2.1", 4, 1500), ["-n", "-c", "1", "-W", "1500", "192.0.2.1"]);
    assert.deepEqual(pingArgs("win32", "::1", 6, 1500), ["-6", "-n", "1", "-w", "1500", "::1"]);
    assert.deepEqual(
      [...fpingTimes("127.0.0.1 : 0.04\n192.0.2.1 : -\n::1  : 1\nICMP Host Unreachable\n")],
      [
        ["127.0.0.1", 0.04],
        ["192.0.2.1", null],
        ["::1", 1],
      ],
    );
  });
});

describe("looking names up", () => {
  it("ends when its time is over, or when it is stopped, also where the system's own way does not", async () => {
    const resolver = mock.method(dnsModule.promises.Resolver.prototype, "resolve4", () =>
      Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })),
    );
    const system = mock.method(dnsModule.promises, "lookup", () => new Promise(() => {}));
    const probe = (timeout: number, signal: AbortSignal) =>
      probeTcp({ host: "silent.example", port: 80, family: "4", timeout }, signal);
    try {
      const late = await probe(200, never);
      assert.deepEqual([late.says, late.why, late.late], ["failed", "no name server answered", true]);
      const end = new AbortController();
      const stopped = probe(60_000, end.signal);
      setImmediate(() => end.abort());
      assert.equal((await stopped).says, "failed");
      assert.equal(system.mock.callCount(), 2);
    } finally {
      resolver.mock.restore();
      system.mock.restore();
    }
  });
});

describe("DNS probes", () => {
  /** Answers each question with a code and, if it is 0, one A record. Code -1: says nothing. */
  const server = async (code: number): Promise<string> => {
    const socket = dgram.createSocket("udp4");
    closers.push(() => socket.close());
    socket.on("message", (question, from) => {
      if (code < 0) return;
      const answer = Buffer.from(question);
      answer.writeUInt16BE(0x8180 | code, 2);
      const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
      answer.writeUInt16BE(code === 0 ? 1 : 0, 6);
      // What follows the question (EDNS) is not sent back.
      answer.writeUInt16BE(0, 10);
      const end = question.indexOf(0, 12) + 5;
      socket.send(Buffer.concat([answer.subarray(0, end), ...(code === 0 ? [record] : [])]), from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return `127.0.0.1:${socket.address().port}`;
  };
  const dns = async (code: number, timeout = 1000) =>
    probeDns({ name: "example.test", type: "A", server: await server(code), timeout }, never);

  it("an answer", async () => {
    const answer = await dns(0);
    assert.equal(answer.says, "well", answer.why);
    assert.match(answer.why, /^1 A record in \d+ ms$/);
  });
  it("SERVFAIL", async () => failed(await dns(2), /name server failed/));
  it("NXDOMAIN", async () => failed(await dns(3), /there is no name example\.test/));
  it("REFUSED", async () => failed(await dns(5), /refused/));
  it("silence", async () => failed(await dns(-1, 600), /no name server answered within 0\.6 s/));
});
