// Writes `.calcifer.yaml`: a first one, and one value of an existing one with everything else as it was, comments too.
import { isAlias, isCollection, isMap, isPair, isScalar, type Node, type Pair, type YAMLMap } from "yaml";
import { type Group, isKey, tree } from "./policy-keys.ts";
import { documentOf, parsePolicy, policyFile } from "./policy-read.ts";
import { quoted } from "./policy-values.ts";

/** What a value of the policy can be. */
export type PolicyValue = string | number | boolean | string[] | null;

/** The text of a first policy: what differs from the defaults, and the rest as comments. */
export function initialPolicy(about: { service: string; trunk: string; changesFile: string; docs: string }): string {
  const { service, trunk, changesFile, docs } = about;
  const hasFile = changesFile !== "CHANGES.md";
  const mark = hasFile ? "" : "# ";
  return `# The rules Calcifer keeps in this repository. What is not set here has its default.
service: ${scalar(service)}
trunk: ${scalar(trunk)}
# protected: [${scalar(trunk)}, "release/*"]   # branches that take only Calcifer's merges
${docs === "docs" ? "# docs: docs" : `docs: ${scalar(docs)}`}
${mark}changes:
${mark}  file: ${scalar(changesFile)}
#   commit: every           # every | first | off: which commits on an item's branch must change an entry
#   ignore: ["docs/**"]     # commits that touch only these need no entry
# merge:
#   strategy: merge         # merge | squash | ff
# push: ask                 # ask | always | never
`;
}

/**
 * Sets one value, by dotted path. Comments, order and style of the rest stay as they are. Throws a sentence when the key
 * is unknown, the value does not fit it, or the text is no YAML.
 */
export function setPolicy(text: string, path: string, value: PolicyValue): string {
  const names = namesOf(path);
  const document = documentOf(text);
  if (document.errors.length > 0) throw new Error(`${policyFile} is no YAML as it is; mend that first.`);
  const contents = document.contents as Node | null;
  const changed = isMap(contents) ? edited(text, contents, names, value) : appended(text, contents, names, value);
  const problem = parsePolicy(changed).problems.find((p) => p.path === path || p.path === "");
  if (problem) throw new Error(problem.message.replace(/^[^ ]* /, ""));
  return changed;
}

/** The names in a dotted path; the name of a service may have dots in it. */
function namesOf(path: string): string[] {
  const names = path.split(".");
  let node: Group | undefined = tree;
  const found: string[] = [];
  while (node && names.length > 0) {
    const below: Group | undefined = node.named;
    const name = below ? names.splice(0, nameLength(names, below)).join(".") : (names.shift() as string);
    const child: ReturnType<Group["children"]["get"]> = below ?? node.children.get(name);
    found.push(name);
    if (child && isKey(child)) {
      if (names.length === 0) return found;
      break;
    }
    node = child as Group | undefined;
  }
  throw new Error(`There is no key ${quoted(path)} in ${policyFile}.`);
}

function nameLength(names: string[], below: Group): number {
  const next = names.findIndex((name, index) => index > 0 && below.children.has(name));
  return next < 0 ? names.length : next;
}

function appended(text: string, contents: Node | null, names: string[], value: PolicyValue): string {
  if (contents !== null && !(isScalar(contents) && contents.value === null)) {
    throw new Error(`${policyFile} must be keys and values as it is; mend that first.`);
  }
  const eol = lineEnd(text);
  const lead = text === "" || /[\r\n]$/.test(text) ? text : text + eol;
  return lead + block(names, value, "", eol) + eol;
}

function edited(text: string, root: YAMLMap, names: string[], value: PolicyValue): string {
  let map = root;
  for (const [depth, name] of names.entries()) {
    const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === name) as
      | Pair<Node, Node | null>
      | undefined;
    const rest = names.slice(depth);
    if (!pair) return map.flow ? intoBraces(text, map, rest, value) : below(text, map, rest, value);
    if (rest.length === 1) return replaced(text, pair, value);
    if (isAlias(pair.value)) throw new Error(`${quoted(name)} is an alias in ${policyFile}; write it out first.`);
    if (isMap(pair.value) && (pair.value.items.length > 0 || map.flow)) map = pair.value;
    else return under(text, pair, rest.slice(1), value, map.flow === true);
  }
  return text;
}

/** A key with the value behind it, changed to another value. */
function replaced(text: string, { key, value: node }: Pair<Node, Node | null>, value: PolicyValue): string {
  const colon = text.indexOf(":", key.range?.[1]) + 1;
  const start = Math.max(node?.range?.[0] ?? colon, colon);
  const between = text.slice(colon, start);
  const end = Math.max(node ? lastEnd(node, text) : colon, colon);
  const isBelow = /[\r\n]/.test(between);
  if (isBelow) return `${text.slice(0, colon)} ${written(value)}${between.trimEnd()}${text.slice(end)}`;
  return text.slice(0, colon) + (between || " ") + written(value) + text.slice(end);
}

/** New keys behind the last one of a mapping. */
function below(text: string, map: YAMLMap, names: string[], value: PolicyValue): string {
  const first = (map.items[0] as Pair<Node>).key.range?.[0] ?? 0;
  const indent = " ".repeat(first - lineStart(text, first));
  const at = lineStop(text, lastEnd(map, text));
  const eol = lineEnd(text);
  return text.slice(0, at) + eol + block(names, value, indent, eol) + text.slice(at);
}

/** New keys under one that has none yet. */
function under(
  text: string,
  { key, value: node }: Pair<Node, Node | null>,
  names: string[],
  value: PolicyValue,
  isFlow: boolean,
): string {
  const start = key.range?.[0] ?? 0;
  const colon = text.indexOf(":", key.range?.[1]) + 1;
  const isNone =
    !isFlow && (node === null || (isScalar(node) && node.value === null) || (isMap(node) && node.items.length === 0));
  if (!isNone)
    throw new Error(
      `${quoted(text.slice(start, colon - 1))} has no keys of its own in ${policyFile}; mend that first.`,
    );
  const eol = lineEnd(text);
  const end = Math.max(node?.range?.[1] ?? colon, colon);
  const kept = node && text.slice(colon, end).trim() !== "" ? text.slice(0, colon) + text.slice(end) : text;
  const at = lineStop(kept, colon);
  const indent = " ".repeat(start - lineStart(text, start) + 2);
  return kept.slice(0, at) + eol + block(names, value, indent, eol) + kept.slice(at);
}

function intoBraces(text: string, map: YAMLMap, names: string[], value: PolicyValue): string {
  const start = map.range?.[0] ?? 0;
  const last = map.items.at(-1);
  const at = last ? lastEnd(last, text) : start + 1;
  const nested = names.reduceRight((inner, name, depth) => {
    return `${scalar(name)}: ${depth === names.length - 1 ? inner : `{ ${inner} }`}`;
  }, written(value));
  return `${text.slice(0, at)}${last ? ", " : " "}${nested}${last ? "" : " "}${text.slice(at).replace(/^\s+\}/, last ? "$&" : "}")}`;
}

function block([name, ...rest]: string[], value: PolicyValue, indent: string, eol: string): string {
  const open = `${indent}${scalar(name as string)}:`;
  return rest.length === 0 ? `${open} ${written(value)}` : `${open}${eol}${block(rest, value, `${indent}  `, eol)}`;
}

/** Where the last thing written in a node ends, without the line ends after it. */
function lastEnd(node: unknown, text: string): number {
  if (isPair(node)) return lastEnd(node.value ?? node.key, text);
  if (isCollection(node) && !node.flow && node.items.length > 0) return lastEnd(node.items.at(-1), text);
  let end = (node as Node).range?.[1] ?? 0;
  while (/\s/.test(text[end - 1] ?? "")) end--;
  return end;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function lineStop(text: string, offset: number): number {
  const found = text.slice(offset).search(/\r?\n/);
  return found < 0 ? text.length : offset + found;
}

function lineEnd(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function written(value: PolicyValue): string {
  if (Array.isArray(value)) return `[${value.map(scalar).join(", ")}]`;
  return typeof value === "string" ? scalar(value) : String(value);
}

/** Text as YAML that reads back as the same text. */
function scalar(value: string): string {
  const isPlain = /^[A-Za-z][\w./-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
