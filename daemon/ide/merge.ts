// Puts pieces into a file of .vscode, and takes them out again. What a person wrote stays, and wins.
import { isDeepStrictEqual } from "node:util";
import { getNodeValue, type Node } from "jsonc-parser";
import { append, type Broken, brokenAt, property, read, replace, styleOf, take } from "./jsonc.ts";
import { idOf, type Piece } from "./templates.ts";

export interface Merged {
  text: string;
  /** pieces that are in the text because of us */
  own: Piece[];
  /** what differs and stays, as a person would name it */
  kept: string[];
}

const empty = "{}\n";

/**
 * @param own pieces that were put in before, in whatever state they are now
 * @returns what is wrong with the text, if it cannot be read
 */
export function merge(before: string | undefined, wanted: readonly Piece[], own: readonly Piece[]): Merged | Broken {
  const mark = before?.startsWith("\uFEFF") ? "\uFEFF" : "";
  let text = (before ?? empty).slice(mark.length);
  const problem = unreadable(text, wanted);
  if (problem) return problem;
  if (text.trim() === "") text = empty;
  // Another branch may have another file: only where one of ours is left do the others count as taken out by a person.
  const known = own.some((piece) => isThere(text, piece)) ? own : [];
  const outdated = known.filter((piece) => !wanted.some((one) => isSame(one, piece)));
  text = without(text, outdated);
  const merged: Merged = { text, own: known.filter((piece) => isHolder(piece) && isThere(text, piece)), kept: [] };
  for (const piece of withOneDefault(text, wanted, known))
    put(
      merged,
      piece,
      known.find((one) => isSame(one, piece)),
    );
  return { ...merged, text: mark + merged.text };
}

/** Takes pieces out, those a person changed not. @returns undefined when nothing is left that a person wrote */
export function unmerge(before: string, own: readonly Piece[]): string | undefined | Broken {
  const mark = before.startsWith("\uFEFF") ? "\uFEFF" : "";
  const text = before.slice(mark.length);
  const problem = unreadable(text, []);
  if (problem) return problem;
  const left = without(text, own);
  return left !== text && left.trim() === "{}" ? undefined : mark + left;
}

function unreadable(text: string, wanted: readonly Piece[]): Broken | undefined {
  const tree = read(text);
  if ("what" in tree) return tree;
  for (const { at, id } of wanted) {
    const [outer] = at as [string];
    const node = valueIn(property(tree.root, outer));
    const type = id !== undefined ? "array" : at.length > 1 ? "object" : undefined;
    if (node && type && node.type !== type)
      return brokenAt(text, node.offset, `${outer} should be ${type === "array" ? "a list" : "an object"}`);
  }
  return undefined;
}

function put(merged: Merged, piece: Piece, before: Piece | undefined): void {
  const node = find(merged.text, piece);
  if (!node && before) merged.kept.push(`${nameOf(piece)} (taken out)`);
  else if (!node) {
    const holder = holderOf(piece);
    if (holder && !isThere(merged.text, holder)) {
      merged.text = add(merged.text, holder);
      merged.own.unshift(holder);
    }
    merged.text = add(merged.text, piece);
    merged.own.push(piece);
  } else if (isDeepStrictEqual(plain(node), piece.value)) {
    if (before) merged.own.push(piece);
  } else if (before && isDeepStrictEqual(plain(node), before.value)) {
    merged.text = replace(merged.text, node, styleOf(merged.text), piece.value);
    merged.own.push(piece);
  } else merged.kept.push(nameOf(piece));
  // Still known as ours once: put in again it would be against a person's will.
  if (before && !merged.own.some((one) => isSame(one, piece))) merged.own.push(before);
}

const nameOf = ({ at, id, value }: Piece): string =>
  id === undefined ? at.join(" › ") : `${at.join(" › ")} › ${typeof value === "string" ? value : id}`;

/** The list or object a piece stands in, as a piece of its own: taken out when it is empty again. */
function holderOf({ at, id }: Piece): Piece | undefined {
  const [outer, inner] = at as [string, string?];
  if (id !== undefined) return { at: [outer], value: [] };
  return inner === undefined ? undefined : { at: [outer], value: {} };
}

const isHolder = ({ value }: Piece): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

const isVersion = ({ at }: Piece): boolean => at[0] === "version";
const holds = (piece: Piece): number => (isVersion(piece) ? 2 : isHolder(piece) ? 1 : 0);

function add(text: string, { at, id, value }: Piece): string {
  const root = rootOf(text);
  const [outer, inner] = at as [string, string?];
  const holder = id === undefined && inner === undefined ? root : (valueIn(property(root, outer)) as Node);
  return append(text, holder, styleOf(text), value, id === undefined ? (inner ?? outer) : undefined);
}

/** Takes out what is still as it was put in. */
function without(text: string, pieces: readonly Piece[]): string {
  // What holds others after them, and the version after all.
  const last = pieces.toReversed().toSorted((a, b) => holds(a) - holds(b));
  return last.reduce((left, piece) => {
    const node = find(left, piece);
    if (!node || !isDeepStrictEqual(plain(node), piece.value)) return left;
    // Without its version VS Code takes the file for one of long ago.
    if (isVersion(piece) && (rootOf(left).children?.length ?? 0) > 1) return left;
    // A comment in an empty list is a person's.
    if (isHolder(piece) && !/^.\s*.$/s.test(left.slice(node.offset, node.offset + node.length))) return left;
    return take(left, node.parent?.type === "property" ? node.parent : node);
  }, text);
}

/** A second default of a group would make VS Code ask each time. */
function withOneDefault(text: string, wanted: readonly Piece[], own: readonly Piece[]): Piece[] {
  const list = valueIn(property(rootOf(text), "tasks"));
  const theirs = ((list && getNodeValue(list)) as unknown[] | undefined)?.filter(
    (task) => !own.some((piece) => piece.id !== undefined && piece.id === idOf(task)),
  );
  const taken = new Set((theirs ?? []).flatMap((task) => defaultOf(task) ?? []));
  return wanted.map((piece) => {
    const kind = defaultOf(piece.value);
    return kind !== undefined && taken.has(kind)
      ? { ...piece, value: { ...(piece.value as object), group: kind } }
      : piece;
  });
}

function defaultOf(task: unknown): string | undefined {
  const group = (task as { group?: { kind?: unknown; isDefault?: unknown } } | null)?.group;
  return group?.isDefault === true && typeof group.kind === "string" ? group.kind : undefined;
}

const rootOf = (text: string): Node => {
  const tree = read(text);
  if ("what" in tree || !tree.root) throw new Error(`an edit broke the file: ${"what" in tree ? tree.what : "empty"}`);
  return tree.root;
};

/** The value with the prototypes of JSON.parse, without which nothing equals anything. */
const plain = (node: Node): unknown => JSON.parse(JSON.stringify(getNodeValue(node)));

const valueIn = (of: Node | undefined): Node | undefined => of?.children?.[1];

/** The value of a key, or the element of a list. */
function find(text: string, { at, id }: Piece): Node | undefined {
  const root = read(text);
  const [outer, inner] = at as [string, string?];
  const value = "what" in root ? undefined : valueIn(property(root.root, outer));
  if (id !== undefined)
    return value?.type === "array" ? value.children?.find((child) => idOf(getNodeValue(child)) === id) : undefined;
  return inner === undefined ? value : valueIn(property(value, inner));
}

const isThere = (text: string, piece: Piece): boolean => find(text, piece) !== undefined;

const isSame = (a: Piece, b: Piece): boolean => a.id === b.id && a.at.join("\0") === b.at.join("\0");
