// One compose file: text in, values with the places they stand at out. Follows nothing, reads no other file.
import { type Document, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { interpolate, type Variables } from "./interpolate.ts";

/** Compose files have some hundred lines; what is far larger is none, and would hold the daemon's thread for seconds. */
export const largest = 128 * 1024;
const mostAliases = 100;
const mostValues = 50_000;
/** Of all texts, once variables are put in. */
const mostCharacters = 4 * 1024 * 1024;

/** `!reset` takes away what files before said, `!override` takes the place of it. */
export type Tag = "reset" | "override";

export interface Tree {
  /** with variables put in; undefined where the text is no mapping */
  value: Record<string, unknown> | undefined;
  /** by `pathKey`; what is reset has no value */
  tags: ReadonlyMap<string, Tag>;
  /** sentences that begin with line and column */
  problems: string[];
  /** `line:column` of a value, or of the nearest above it that is there */
  place(path: readonly PropertyKey[]): string;
}

export const pathKey = (path: readonly PropertyKey[]): string => path.map(String).join("\0");

/** Never throws. */
export function readTree(text: string, variables: Variables): Tree {
  const lines = new LineCounter();
  const problems: string[] = [];
  const tree: Tree = { value: undefined, tags: new Map(), problems, place: () => "1:1" };
  if (text.length > largest) {
    problems.push(`1:1 The file is larger than ${largest / 1024} KiB.`);
    return tree;
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      merge: true,
      prettyErrors: false,
      logLevel: "silent",
      // The library compares each key with each other: a minute for a file of nothing but keys. See `twice`.
      uniqueKeys: false,
    });
    tree.place = (path) => placeOf(document, lines, path);
    for (const { pos, message } of document.errors.slice(0, 5)) problems.push(`${at(lines, pos[0])} ${message}.`);
    if (document.errors.length > 0) return tree;
    const again = twice(document);
    if (again?.range) problems.push(`${at(lines, again.range[0])} This name is there twice.`);
    if (again) return tree;
    const values = document.toJS({ maxAliasCount: mostAliases }) as unknown;
    if (values === null) return tree;
    if (!isMapping(values)) problems.push("1:1 This is no mapping of names to values.");
    else {
      tree.tags = tagsOf(document);
      tree.value = new Filler(variables, tree).fill(values);
    }
  } catch (error) {
    tree.value = undefined;
    problems.push(`1:1 ${(error as Error).message.split("\n")[0]}.`);
  }
  return tree;
}

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Puts variables in. An alias stands for a copy each time, so that what they make grow is counted. */
class Filler {
  private readonly variables: Variables;
  private readonly tree: Tree;
  private count = 0;
  private characters = 0;
  private readonly unset = new Set<string>();

  constructor(variables: Variables, tree: Tree) {
    this.variables = variables;
    this.tree = tree;
  }

  fill(values: Record<string, unknown>): Record<string, unknown> {
    const filled = this.copy(values, []) as Record<string, unknown>;
    if (this.unset.size > 0)
      this.tree.problems.push(`1:1 No value is known for ${[...this.unset].slice(0, 10).join(", ")}; taken as empty.`);
    return filled;
  }

  private copy(value: unknown, path: (string | number)[]): unknown {
    if (++this.count > mostValues) throw new Error(`There are more than ${mostValues} values`);
    if (path.length > 50) throw new Error("Values nest deeper than 50 levels");
    if (this.tree.tags.size > 0 && this.tree.tags.get(pathKey(path)) === "reset") return null;
    if (typeof value === "string") return this.text(value, path);
    if (Array.isArray(value)) return value.map((item, n) => this.copy(item, [...path, n]));
    if (!isMapping(value)) return value;
    // Without a prototype: a key may be called __proto__.
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of Object.entries(value)) copy[key] = this.copy(item, [...path, key]);
    return copy;
  }

  private text(value: string, path: readonly (string | number)[]): string {
    const { text, unset, failed } = interpolate(value, this.variables);
    this.characters += text.length;
    if (this.characters > mostCharacters) throw new Error("The values come to more than 4 MiB");
    for (const name of unset) this.unset.add(name);
    for (const why of failed.slice(0, 5)) this.tree.problems.push(`${this.tree.place(path)} ${why}.`);
    return text;
  }
}

/** The first key that its mapping has had before. */
function twice(document: Document): Node | undefined {
  let found: Node | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        // Any number of `<<` may be merged in.
        if (seen.has(name) && name !== "<<") found = key as Node;
        if (found) return visit.BREAK;
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

function tagsOf(document: Document): Map<string, Tag> {
  const tags = new Map<string, Tag>();
  visit(document, {
    Node(_, node, above) {
      const tag = "tag" in node ? node.tag : undefined;
      if (tag !== "!reset" && tag !== "!override") return;
      const keys = above.flatMap((one) => ("key" in one ? [isScalar(one.key) ? one.key.value : one.key] : []));
      tags.set(pathKey(keys as PropertyKey[]), tag === "!reset" ? "reset" : "override");
    },
  });
  return tags;
}

function placeOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return at(lines, node.range[0]);
  }
  return "1:1";
}

function at(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
