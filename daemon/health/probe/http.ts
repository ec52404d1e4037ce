// Whether a web address answers as it should. Every check is a connection of its own: that it can be made is part of what is asked.
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import type { TLSSocket } from "node:tls";
import type { Http } from "../../../protocol/health.ts";
import { resolveReferences } from "../expect.ts";
import type { Answer } from "../rules.ts";
import { type Certificate, certificateOf, peek } from "./certificate.ts";
import { deadline } from "./deadline.ts";
import { type Received, wellOrNot } from "./http-answer.ts";
import { type Address, type Family, known, lookUp, perAddress } from "./lookup.ts";
import { codeOf, isOurs, seconds, sentenceOf } from "./words.ts";

export interface HttpProbe {
  url: string;
  family: Family;
  /** milliseconds for everything, redirects included */
  timeout: number;
  http: Http;
}

const mostRedirects = 10;
const mostBody = 1_000_000;
const agents = {
  "http:": new http.Agent({ keepAlive: false }),
  "https:": new https.Agent({ keepAlive: false, maxCachedSessions: 0 }),
};

interface Hop {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string;
}
/** How far it came, for the sentence when the time is over. */
type Stage =
  | "looking its name up"
  | "connecting"
  | "shaking hands (TLS)"
  | "waiting for the answer"
  | "reading the body";

class Refused extends Error {}

export async function probeHttp(
  probe: HttpProbe,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
  userAgent: string,
): Promise<Answer> {
  const first = request(probe, env, userAgent);
  if ("why" in first) return { says: "cannot tell", ms: null, why: first.why };
  const begun = performance.now();
  const run = new Run(probe, begun + probe.timeout, signal);
  try {
    const received = await run.follow(first.hop);
    const ms = performance.now() - begun;
    const answer: Answer = { ...wellOrNot(probe.http, received, ms, first.secrets), certificateDays: run.days };
    // That nobody signed it may be well; that it is over is not.
    if (run.days === null || run.days >= 0 || answer.says !== "well") return answer;
    return { ...answer, says: "failed", why: `its certificate expired ${ago(run.days)}` };
  } catch (error) {
    const answer = await run.failed(error);
    return { certificateDays: run.days, ...answer };
  }
}

function request(
  { url, http: { method, headers, body } }: HttpProbe,
  env: Record<string, string | undefined>,
  userAgent: string,
): { hop: Hop; secrets: string[] } | { why: string } {
  const sent: Record<string, string> = { "user-agent": userAgent, accept: "*/*", "accept-encoding": "identity" };
  const secrets: string[] = [];
  for (const text of headers) {
    const colon = text.indexOf(":");
    const value = resolveReferences(text.slice(colon + 1).trim(), env);
    if ("unset" in value) return { why: notSet(value.unset) };
    // A line's end that came along from a file is a mistake here, and no outage there.
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value.text))
      return { why: `the value of ${text.slice(0, colon)} has characters that a header cannot have` };
    sent[text.slice(0, colon).toLowerCase()] = value.text;
    secrets.push(...value.secrets);
  }
  const filled = resolveReferences(body, env);
  if ("unset" in filled) return { why: notSet(filled.unset) };
  if (filled.text !== "") sent["content-length"] = String(Buffer.byteLength(filled.text));
  return {
    hop: { url: new URL(url), method, headers: sent, body: filled.text },
    secrets: [...secrets, ...filled.secrets],
  };
}

const notSet = (name: string): string => `${name} is not set in the daemon's environment`;

class Run {
  days: number | null = null;
  private stage: Stage = "looking its name up";
  private readonly probe: HttpProbe;
  private readonly until: number;
  private readonly signal: AbortSignal;
  private at: URL | undefined;

  constructor(probe: HttpProbe, until: number, signal: AbortSignal) {
    this.probe = probe;
    this.until = until;
    this.signal = signal;
  }

  /** The answer of the last hop. */
  async follow(first: Hop): Promise<Received> {
    const seen = new Set<string>();
    for (let hop = first; ; ) {
      const key = `${hop.method} ${hop.url.href}`;
      if (seen.has(key))
        throw new Refused(`it redirects in a circle, back to ${`${hop.url.host}${hop.url.pathname}`.slice(0, 200)}`);
      if (seen.size > mostRedirects) throw new Refused(`it redirects more than ${mostRedirects} times`);
      seen.add(key);
      const received = await this.hop(hop);
      const next = this.probe.http.follow ? redirect(hop, received) : undefined;
      if (!next) return received;
      hop = next;
    }
  }

  private async hop(hop: Hop): Promise<Received> {
    this.stage = "looking its name up";
    this.at = hop.url;
    const host = hop.url.hostname.replace(/^\[|\]$/g, "");
    const addresses = await lookUp(host, this.probe.family, this.left(), this.signal);
    this.stage = "connecting";
    return this.send(hop, addresses);
  }

  private send({ url, method, headers, body }: Hop, addresses: readonly Address[]): Promise<Received> {
    const secure = url.protocol === "https:";
    return new Promise<Received>((resolve, reject) => {
      const options: https.RequestOptions & Pick<net.TcpNetConnectOpts, "autoSelectFamilyAttemptTimeout"> = {
        method,
        headers,
        lookup: known(addresses),
        autoSelectFamilyAttemptTimeout: perAddress(this.left(), addresses),
        agent: secure ? agents["https:"] : agents["http:"],
        maxHeaderSize: 65_536,
        ...(secure && { rejectUnauthorized: !this.probe.http.insecure }),
      };
      const sent = (secure ? https : http).request(url, options);
      const end = (error: Error | undefined, received?: Received) => {
        stop();
        this.signal.removeEventListener("abort", abort);
        sent.destroy();
        if (error || !received) reject(error ?? new Error("it said nothing"));
        else resolve(received);
      };
      const abort = () => end(new Error("stopped"));
      const stop = deadline(this.left(), () => end(Object.assign(new Error("late"), { code: "LATE" })));
      this.signal.addEventListener("abort", abort, { once: true });
      sent.on("error", (error) => end(error));
      sent.once("socket", (socket) => this.watch(socket, secure));
      sent.once("response", (response) => this.receive(response, end));
      // An upgrade nobody asked for would leave its socket with us.
      sent.once("upgrade", () => end(new Refused("it changes to another protocol")));
      sent.end(body === "" ? undefined : body);
    });
  }

  private watch(socket: net.Socket, secure: boolean): void {
    socket.once("connect", () => (this.stage = secure ? "shaking hands (TLS)" : "waiting for the answer"));
    socket.once("secureConnect", () => {
      this.stage = "waiting for the answer";
      this.remember(certificateOf(socket as TLSSocket));
    });
  }

  private remember(certificate: Certificate | undefined): void {
    if (certificate && (this.days === null || certificate.days < this.days)) this.days = certificate.days;
  }

  private receive(response: http.IncomingMessage, end: (error: Error | undefined, received?: Received) => void): void {
    this.stage = "reading the body";
    const chunks: Buffer[] = [];
    let size = 0;
    const received = (whole: boolean): Received => ({
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(chunks).toString("utf8"),
      whole,
    });
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > mostBody) end(undefined, received(false));
    });
    response.on("end", () => end(response.complete ? undefined : new Refused(brokenOff), received(true)));
    response.on("aborted", () => end(new Refused(brokenOff)));
    response.on("error", () => end(new Refused(brokenOff)));
  }

  private left(): number {
    return Math.max(1, this.until - performance.now());
  }

  async failed(error: unknown): Promise<Answer> {
    const code = codeOf(error);
    if (error instanceof Refused) return { says: "failed", ms: null, why: error.message };
    if (code === "LATE" || code === "ETIMEDOUT") {
      const why = `no answer within ${seconds(this.probe.timeout)} (${this.stage})`;
      return { says: "failed", ms: null, why, late: true };
    }
    if (isOurs(error)) return { says: "cannot tell", ms: null, why: sentenceOf(error) };
    const why = await this.sentence(error, code);
    return { says: "failed", ms: null, why, ...(code === "ETIMEOUT" && { late: true }) };
  }

  private async sentence(error: unknown, code: string | undefined): Promise<string> {
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
      return `its certificate is for ${namesIn(error)}, not for ${this.at?.hostname ?? "this host"}`;
    if (code === "CERT_HAS_EXPIRED" && this.at) {
      const found = await peek(this.at, this.probe.family, this.left(), this.signal);
      this.remember(found);
      if (found && found.days < 0) return `its certificate expired ${ago(found.days)}`;
    }
    if (code === "ECONNRESET" && this.stage === "shaking hands (TLS)")
      return "the connection was closed during the TLS handshake";
    if (code === "ECONNRESET" && this.stage === "waiting for the answer")
      return "the connection was closed without an answer";
    if (code === "EPROTO" && /wrong version number|packet length/i.test(String(error)))
      return "it does not speak TLS; is it http://?";
    return sentenceOf(error);
  }
}

const brokenOff = "the answer broke off";
const ago = (days: number): string =>
  days === -1 ? "less than a day ago" : days === -2 ? "1 day ago" : `${-days - 1} days ago`;

function namesIn(error: unknown): string {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } };
  const names = (cert?.subjectaltname ?? cert?.subject?.CN ?? "another host").replace(/\b(DNS|IP Address):/g, "");
  return names.replace(/[^\x20-\x7e]/g, "").slice(0, 60);
}

/** Where an answer leads; what is secret is not taken to another host. */
function redirect({ url, method, headers, body }: Hop, { status, headers: said }: Received): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || said.location === undefined) return undefined;
  const to = URL.parse(said.location, url.href);
  if (!to || !/^https?:$/.test(to.protocol)) throw new Refused("it redirects to what is no web address");
  const stays = to.host === url.host && (to.protocol === url.protocol || to.protocol === "https:");
  const { "user-agent": agent = "", accept = "*/*", "accept-encoding": encoding = "identity" } = headers;
  const kept = stays ? headers : { "user-agent": agent, accept, "accept-encoding": encoding };
  const same = status === 307 || status === 308 || method === "HEAD" || method === "GET";
  if (same && stays) return { url: to, method, headers: kept, body };
  const { "content-length": _, "content-type": __, ...without } = kept;
  return { url: to, method: same ? method : "GET", headers: without, body: "" };
}
