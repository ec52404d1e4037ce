// Reads `.calcifer.yaml` by the table of keys, naming every mistake by line and column.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { type Group, isKey, itemTypes, type Key, keys, tree } from "./policy-keys.ts";
import { closest, meant, quoted, type Written, wrongWith } from "./policy-values.ts";

export const policyFile = ".calcifer.yaml";

/** What an item of a type brings along. */
export interface TypePolicy {
  checklist: string[];
  /** with {docs}, {id}, {slug}, {type}; undefined: none needed */
  document: string | undefined;
}

/** How the tests are run, and what they must cover. */
export interface TestsPolicy {
  /** undefined: there are none that Calcifer could run */
  command: string | undefined;
  prepare: string | undefined;
  /** such as `10m` */
  limit: string;
  coverage: { report: string | undefined; min: number | undefined };
}

/** What one of several services in a repository has of its own. */
export interface ServicePolicy {
  path?: string[];
  docs?: string;
  changes?: { file?: string };
  tests?: Partial<Omit<TestsPolicy, "coverage">> & { coverage?: Partial<TestsPolicy["coverage"]> };
  types?: Record<string, { checklist?: string[]; document?: string | undefined }>;
}

export interface Policy {
  service: string | undefined;
  trunk: string;
  /** globs of branches; empty when the file names neither these nor the trunk */
  protected: string[];
  docs: string;
  /** globs of the files that belong to the service; empty: all */
  path: string[];
  changes: { file: string; entries: "file" | "fragments"; commit: "every" | "first" | "off"; ignore: string[] };
  merge: { strategy: "merge" | "squash" | "ff"; require: string[] };
  complete: { require: string[] };
  tests: TestsPolicy;
  branch: string;
  strict: boolean;
  "keep-branch": boolean;
  push: "ask" | "always" | "never";
  types: Record<string, TypePolicy>;
  services: Record<string, ServicePolicy>;
}

export interface PolicyProblem {
  /** 1-based */
  line: number;
  /** 1-based */
  column: number;
  /** dotted; "" for the whole file */
  path: string;
  /** begins with file, line and column */
  message: string;
}

type Values = Map<string, unknown>;

// A policy has some dozen lines. What is far larger is not one, and a hook has no time to prove it.
const largest = 32 * 1024;
const mostProblems = 50;
const mostAliases = 100;

/** Never throws. Where the file is wrong the policy has the default, and a problem says so. */
export function parsePolicy(text: string): { policy: Policy; problems: PolicyProblem[] } {
  const reader = new Reader();
  if (text.length > largest) {
    reader.refuse(0, "", `the file is larger than ${largest / 1024} KiB.`);
    return { policy: policyOf(reader.values, reader.services), problems: reader.problems };
  }
  try {
    reader.read(text);
  } catch (error) {
    reader.refuse(0, "", `this is no YAML: ${sentence(String(error))}`);
    reader.values.clear();
  }
  const problems = reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { policy: policyOf(reader.values, reader.services), problems };
}

/**
 * YAML as people write it: `{id}` need not be quoted between braces and brackets, where YAML would take it for a mapping.
 * Offsets are those of the text; strings are to be read with `unmasked`.
 */
export function documentOf(text: string, lineCounter = new LineCounter()): Document {
  const masked = text.replace(/\{(docs|id|slug|type)\}/g, "\uE000$1\uE001");
  // Duplicate keys are looked for by the reader: the library compares each key with each.
  return parseDocument(masked, { lineCounter, uniqueKeys: false, prettyErrors: false });
}

export function unmasked(text: string): string {
  return text.replace(/\uE000(docs|id|slug|type)\uE001/g, "{$1}");
}

class Reader {
  readonly problems: PolicyProblem[] = [];
  readonly values: Values = new Map();
  readonly services = new Map<string, Values>();
  private readonly places = new Map<string, number>();
  private readonly lines = new LineCounter();
  private document: Document | undefined;
  private aliases = 0;

  read(text: string): void {
    const document = documentOf(text, this.lines);
    this.document = document;
    for (const { pos, message } of document.errors.slice(0, 5))
      this.refuse(pos[0], "", `this is no YAML: ${sentence(unmasked(message))}`);
    if (document.errors.length > 0) return;
    this.root(this.resolved(document.contents));
    this.together();
  }

  /** What no key says alone. A check that was asked for must not be left out in silence. */
  private together(): void {
    const { values, services } = this;
    const hasCommand = [values, ...services.values()].some((own) => own.has("tests.command"));
    if ((values.get("merge.require") as string[] | undefined)?.includes("tests") && !hasCommand)
      this.lacking("merge.require", "asks for tests, and there is no tests.command.");
    for (const [under, own] of [["", values] as const, ...services]) {
      const hasReport = own.has("tests.coverage.report") || values.has("tests.coverage.report");
      const prefix = under === "" ? "" : `services.${under}.`;
      if (own.has("tests.coverage.min") && !hasReport)
        this.lacking(`${prefix}tests.coverage.min`, "needs tests.coverage.report, the file to read it from.");
    }
  }

  private lacking(path: string, what: string): void {
    this.refuse(this.places.get(path) ?? 0, path, `${path} ${what}`);
  }

  private root(node: Node | null): void {
    if (isMap(node)) this.group(node.items as Pair<Node, Node | null>[], tree, "", this.values);
    else if (!isEmpty(node)) {
      const is = isSeq(node) ? "a list" : "one text";
      this.refuse(node?.range?.[0] ?? 0, "", `the file must be keys and values, such as "trunk: main"; it is ${is}.`);
    }
  }

  refuse(offset: number, path: string, message: string): void {
    if (this.problems.length >= mostProblems) return;
    const { line, col } = this.lines.linePos(offset);
    const at = { line: Math.max(line, 1), column: Math.max(col, 1) };
    this.problems.push({ ...at, path, message: `${policyFile}:${at.line}:${at.column}: ${message}` });
  }

  private resolved(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    this.aliases++;
    if (this.aliases === mostAliases + 1)
      this.refuse(node.range?.[0] ?? 0, "", `there are more than ${mostAliases} aliases.`);
    if (this.aliases > mostAliases) return null;
    const target = (node as Alias).resolve(this.document as Document);
    if (!target) this.refuse(node.range?.[0] ?? 0, "", `*${(node as Alias).source} names no anchor before it.`);
    return target ?? null;
  }

  private group(pairs: Pair<Node, Node | null>[], group: Group, under: string, values: Values): void {
    const seen = new Map<string, number>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(plain(key)) : "";
      const offset = key.range?.[0] ?? 0;
      const path = under === "" ? name : `${under}.${name}`;
      const first = seen.get(name);
      if (first === undefined) this.pair(name, path, offset, value, group, values);
      else
        this.refuse(offset, path, `the key ${quoted(name)} stands here a second time; it is already on line ${first}.`);
      if (first === undefined) seen.set(name, this.lines.linePos(offset).line);
      if (this.problems.length >= mostProblems) return;
    }
  }

  private pair(name: string, path: string, offset: number, raw: Node | null, group: Group, values: Values): void {
    const child = group.children.get(name);
    const value = this.resolved(raw);
    const at = raw?.range?.[0] ?? offset;
    if (child && isKey(child)) this.leaf(child, path, at, value, values);
    else if (child) this.mapping(value, child, path, at, values);
    else if (group.named) this.service(name, path, at, value, group.named);
    else this.refuse(offset, path, `unknown key ${quoted(name)}.${meantKey(name, group)}`);
  }

  private service(name: string, path: string, at: number, value: Node | null, group: Group): void {
    const own: Values = new Map();
    this.services.set(name, own);
    this.mapping(value, group, path, at, own);
  }

  private mapping(value: Node | null, group: Group, path: string, at: number, values: Values): void {
    if (isMap(value)) this.group(value.items as Pair<Node, Node | null>[], group, path, values);
    else if (!isEmpty(value)) {
      const known = [...group.children.keys()].join(", ") || "the names of services";
      const is = isScalar(value) ? quoted(String(plain(value))) : "a list";
      this.refuse(at, path, `${path} must have keys of its own: ${known}; it is ${is}.`);
    }
  }

  private leaf(key: Key, path: string, at: number, node: Node | null, values: Values): void {
    const written = this.written(node, at);
    const wrong = wrongWith(path, key, written);
    if (wrong) this.refuse(wrong.at, path, wrong.message);
    else this.places.set(path, at);
    if (!wrong)
      values.set(key.path, written.items ? written.items.map(({ value }) => value) : (written.value ?? undefined));
  }

  private written(node: Node | null, at: number): Written<number> {
    if (!isSeq(node)) return { value: plain(node), at, items: undefined };
    const items = (node.items as Node[]).map((item) => {
      return { value: plain(this.resolved(item)), at: item.range?.[0] ?? at, items: undefined };
    });
    return { value: undefined, at, items };
  }
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** The value of a scalar; an empty object stands for whatever is none. */
function plain(node: Node | null): unknown {
  if (node === null) return null;
  if (!isScalar(node)) return {};
  return typeof node.value === "string" ? unmasked(node.value) : node.value;
}

function sentence(message: string): string {
  if (message.includes("call stack")) return "it is nested too deeply.";
  return `${message.charAt(0).toLowerCase()}${message.slice(1, 200)}${/[.!?]$/.test(message) ? "" : "."}`;
}

/** A hint at the key that was meant: a close one on the same level, or on another one. */
function meantKey(name: string, group: Group): string {
  const near = meant(name, group.children.keys());
  if (near) return near;
  const elsewhere = new Map(
    keys.filter(({ path }) => !path.startsWith("types.")).map(({ path }) => [path.split(".").at(-1) as string, path]),
  );
  const close = closest(name, elsewhere.keys());
  if (close === undefined) return "";
  const path = elsewhere.get(close) as string;
  return ` Did you mean ${quoted(path)}${path.includes(".") ? "" : " at the top level"}?`;
}

// ---- values to a policy

function policyOf(values: Values, services: Map<string, Values>): Policy {
  const get = <T>(path: string): T => structuredClone(values.has(path) ? values.get(path) : fallbacks.get(path)) as T;
  const trunk = get<string>("trunk");
  const types = itemTypes.map((type): [string, TypePolicy] => {
    return [type, { checklist: get(`types.${type}.checklist`), document: get(`types.${type}.document`) }];
  });
  return {
    service: get("service"),
    trunk,
    protected: values.has("protected") || !values.has("trunk") ? get("protected") : [trunk],
    docs: get("docs"),
    path: get("path"),
    changes: {
      file: get("changes.file"),
      entries: get("changes.entries"),
      commit: get("changes.commit"),
      ignore: get("changes.ignore"),
    },
    merge: { strategy: get("merge.strategy"), require: get("merge.require") },
    complete: { require: get("complete.require") },
    tests: {
      command: get("tests.command"),
      prepare: get("tests.prepare"),
      limit: get("tests.limit"),
      coverage: { report: get("tests.coverage.report"), min: get("tests.coverage.min") },
    },
    branch: get("branch"),
    strict: get("strict"),
    "keep-branch": get("keep-branch"),
    push: get("push"),
    types: Object.fromEntries(types),
    services: Object.fromEntries([...services].map(([name, own]) => [name, nested(own)])),
  };
}

const fallbacks = new Map(keys.map(({ path, fallback }) => [path, fallback]));

/** Values by dotted path as the nested object they describe. */
function nested(values: Values): ServicePolicy {
  const root: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const names = path.split(".");
    let group = root;
    for (const name of names.slice(0, -1)) {
      group[name] ??= {};
      group = group[name] as Record<string, unknown>;
    }
    group[names.at(-1) as string] = value;
  }
  return root;
}

/** What holds in a repository without `.calcifer.yaml`. */
export const defaultPolicy: Policy = policyOf(new Map(), new Map());
