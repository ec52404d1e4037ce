// An HTTP answer held against what was expected of it. Pure.
import type { IncomingHttpHeaders } from "node:http";
import type { Http } from "../../../protocol/health.ts";
import { at, jsonTest, plain, quoteSafely, readHeader, statusTest, versionPlace } from "../expect.ts";
import type { Answer } from "../rules.ts";

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** false: the body was longer than is read */
  whole: boolean;
}

export function wellOrNot(expected: Http, received: Received, ms: number, secrets: readonly string[]): Answer {
  const said = `${received.status} in ${Math.round(ms)} ms`;
  const wrong = complaint(expected, received, secrets);
  const version = versionIn(expected, received);
  return wrong === undefined
    ? { says: "well", ms, why: said, version }
    : { says: "failed", ms, why: `${said}: ${wrong}`, version };
}

function complaint(expected: Http, received: Received, secrets: readonly string[]): string | undefined {
  if (!statusTest(expected.expect)(received.status)) return `${expected.expect.join(", ")} was expected`;
  if (expected.header !== null) {
    const { name, value } = readHeader(expected.header, "header");
    const found = received.headers[name.toLowerCase()];
    if (found === undefined) return `the header ${name} is missing`;
    if (value !== "" && !headerFits(found, value)) return `the header ${name} is not ${quoteSafely(value)}`;
  }
  if (expected.text !== null && !received.body.includes(expected.text))
    return `${quoteSafely(expected.text)} is not in the ${received.whole ? "body" : "first megabyte of the body"}`;
  if (expected.json === null) return undefined;
  const { path, value } = jsonTest(expected.json);
  const document = parsed(received);
  if (document === undefined) return "its body is no JSON";
  const found = at(document, path);
  if (plain(found) === value) return undefined;
  const where = expected.json.split("=")[0]?.trim() ?? "";
  return found === undefined
    ? `${where} is missing`
    : `${where} is ${quoteSafely(plain(found), secrets)}, not ${quoteSafely(value)}`;
}

const headerFits = (found: string | string[], value: string): boolean =>
  [found].flat().some((text) => text.toLowerCase() === value.toLowerCase());

function versionIn(expected: Http, received: Received): string | null {
  if (expected.version === null) return null;
  const place = versionPlace(expected.version);
  const found = "header" in place ? received.headers[place.header] : at(parsed(received), place.path);
  const text = plain(Array.isArray(found) ? found[0] : found)
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  return text === "" || text === "null" || text.length > 200 ? null : text;
}

function parsed({ body, whole }: Received): unknown {
  if (!whole) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
