// What an HTTP answer is held against: statuses, headers, a JSON path, references to secrets. Pure.
import { Fault } from "../../protocol/errors.ts";

/** `200`, `2xx`, `300-308` as a test of a status. @throws Fault invalid */
export function statusTest(expect: readonly string[]): (status: number) => boolean {
  const ranges = expect.map((text): [number, number] => {
    const [, one, hundred, from, to] = /^(?:(\d{3})|([1-5])xx|(\d{3})-(\d{3}))$/i.exec(text.trim()) ?? [];
    if (one !== undefined) return [Number(one), Number(one)];
    if (hundred !== undefined) return [Number(hundred) * 100, Number(hundred) * 100 + 99];
    if (from !== undefined && Number(from) <= Number(to)) return [Number(from), Number(to)];
    throw new Fault("invalid", `expect: ${JSON.stringify(text)} is no status; it looks like 200, 2xx or 300-308.`);
  });
  return (status) => ranges.some(([from, to]) => from <= status && status <= to);
}

export type Path = (string | number)[];

/** `$.a.b[0]["c d"]` @throws Fault invalid */
export function readPath(text: string, field = "json"): Path {
  const path: Path = [];
  const part = /\.([\p{L}\p{N}_$-]+)|\[(\d{1,9})\]|\["([^"\]]+)"\]|\['([^'\]]+)'\]/uy;
  for (let at = 1; at < text.length; at = part.lastIndex) {
    part.lastIndex = at;
    const found = part.exec(text);
    if (!found) throw wrongPath(text, field);
    path.push(found[2] === undefined ? ((found[1] ?? found[3] ?? found[4]) as string) : Number(found[2]));
  }
  if (!text.startsWith("$")) throw wrongPath(text, field);
  return path;
}

const wrongPath = (text: string, field: string): Fault =>
  new Fault("invalid", `${field}: ${JSON.stringify(text)} is no path; it looks like $.status or $.checks[0].state.`);

/** `$.status = ok`. @throws Fault invalid */
export function jsonTest(text: string): { path: Path; value: string } {
  const [, path, value] = /^\s*(\$.*?)\s*=\s*(.*?)\s*$/s.exec(text) ?? [];
  if (path === undefined || value === undefined)
    throw new Fault("invalid", "json: It looks like `$.status = ok`: a path, and what must stand there.");
  return { path: readPath(path), value: /^"(.*)"$/s.exec(value)?.[1] ?? value };
}

/** What stands at a path; undefined where nothing does. Only what the document itself has, nothing inherited. */
export function at(document: unknown, path: Path): unknown {
  let here = document;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

export const plain = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

/** `header X-Version` or `$.version`. @throws Fault invalid */
export function versionPlace(text: string): { header: string } | { path: Path } {
  const header = /^header\s+([\w!#$%&'*+.^`|~-]+)$/i.exec(text.trim())?.[1];
  return header === undefined ? { path: readPath(text.trim(), "version") } : { header: header.toLowerCase() };
}

/** `Name: value`. @throws Fault invalid */
export function readHeader(text: string, field: string): { name: string; value: string } {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (name === undefined || value === undefined || /[^\t\u0020-\u007e\u0080-\u00ff]/.test(value))
    throw new Fault("invalid", `${field}: A header looks like \`Name: value\`, on one line.`);
  return { name, value };
}

const reference = /\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;
const telling =
  /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token|private-token|x-vault-token)$/i;

/** Headers as they are kept. A secret written out is refused: it would lie in the database and in its copies. @throws Fault invalid */
export function checkHeaders(headers: readonly string[]): void {
  for (const text of headers) {
    const { name, value } = readHeader(text, "headers");
    if (/^(host|content-length|transfer-encoding|connection|upgrade|expect)$/i.test(name))
      throw new Fault("invalid", `headers: ${name} is set by the request itself.`);
    if (telling.test(name) && !hasReference(value))
      throw new Fault("invalid", `headers: The value of ${name} is a secret, and is not kept here.`, {
        hint: `Put it in the daemon's environment, and name it: --headers '${name}: ${/authorization/i.test(name) ? "Bearer " : ""}{env:TOKEN}'`,
      });
  }
}

export const hasReference = (text: string): boolean => text.search(reference) >= 0;

/** A text with its references replaced; the first name that is not set, where one is not. */
export function resolveReferences(
  text: string,
  env: Record<string, string | undefined>,
): { text: string; secrets: string[] } | { unset: string } {
  const secrets: string[] = [];
  let unset: string | undefined;
  const resolved = text.replace(reference, (_, name: string) => {
    const value = env[name];
    if (value === undefined || value === "") unset ??= name;
    else secrets.push(value);
    return value ?? "";
  });
  return unset === undefined ? { text: resolved, secrets } : { unset };
}

/** A text of somebody else's, in one line, short, without the secrets it may hold. */
export function quoteSafely(text: string, secrets: readonly string[] = [], most = 60): string {
  const hidden = secrets.reduce((all, secret) => all.replaceAll(secret, "…"), text);
  const line = hidden.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return JSON.stringify(line.length > most ? `${line.slice(0, most)}…` : line);
}
