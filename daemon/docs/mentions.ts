// Which of some files a text names: by path, or by file name in backticks or a link. Pure.

export interface Mention {
  file: string;
  /** from 1 */
  line: number;
}

const mostMentions = 50;
// What a path or a file name may be made of; a word that has more around it is another path.
const wordOf = /[\p{L}\p{N}_.@~+%-]+(?:\/[\p{L}\p{N}_.@~+%-]+)*\/?|\/[\p{L}\p{N}_.@~+%/-]+/gu;
/** Names so usual that by themselves they say nothing. */
const usual = new Set(["readme.md", "index.md", "package.json", "index.ts", "index.js", "main.ts", "__init__.py"]);

/**
 * @param text of a document
 * @param at its own path in the repository, which links in it are relative to
 * @param files paths in the repository
 */
export const mentions = (text: string, at: string, files: readonly string[]): Mention[] => mentionsOf(files)(text, at);

/** The same for many documents. */
export function mentionsOf(files: readonly string[]): (text: string, at: string) => Mention[] {
  const paths = new Set(files);
  const byName = namesOf(paths);
  return (text, at) => found(text, at, paths, byName);
}

function found(
  text: string,
  at: string,
  paths: ReadonlySet<string>,
  byName: ReadonlyMap<string, string | undefined>,
): Mention[] {
  const all: Mention[] = [];
  const seen = new Set<string>();
  const say = (file: string | undefined, line: number) => {
    if (file === undefined || file === at || !paths.has(file) || seen.has(`${line} ${file}`)) return;
    seen.add(`${line} ${file}`);
    all.push({ file, line });
  };
  for (const [n, line] of text.split("\n").entries()) {
    if (all.length >= mostMentions) break;
    if (line.length > 10_000) continue;
    // A path with spaces is no word; written out in backticks or as a link it is whole.
    for (const name of quoted(line)) say(fileNamed(name, at, paths, byName, true), n + 1);
    for (const [word] of line.matchAll(wordOf)) say(fileNamed(trimmed(word), at, paths, byName, false), n + 1);
  }
  return all;
}

/** What is in backticks, and where links lead. */
function* quoted(line: string): Generator<string> {
  // Both are begun at one place in a run only, and end soon: else a line of nothing but marks takes its square.
  for (const [, code] of line.matchAll(/(?<!`)`+([^`]+)`+/g)) yield (code as string).trim();
  for (const [, angled, plain] of line.matchAll(/\]\((?:<([^>]{0,300})>|([^()\s]+))/g)) {
    const target = (angled ?? plain ?? "").replace(/[#?].*$/, "");
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) continue;
    yield decoded(target);
  }
}

function fileNamed(
  name: string,
  at: string,
  paths: ReadonlySet<string>,
  byName: ReadonlyMap<string, string | undefined>,
  loose: boolean,
): string | undefined {
  const bare = name.replace(/^\.?\//, "").replace(/:\d+(?::\d+)?$/, "");
  if (bare.includes("/") || loose) {
    if (paths.has(bare)) return bare;
    const beside = joined(at, name);
    if (beside !== undefined && paths.has(beside)) return beside;
  }
  return loose && !bare.includes("/") ? byName.get(bare) : bare.includes(".") && paths.has(bare) ? bare : undefined;
}

/** File names that one file alone has. */
function namesOf(paths: ReadonlySet<string>): Map<string, string | undefined> {
  const names = new Map<string, string | undefined>();
  for (const file of paths) {
    const name = file.slice(file.lastIndexOf("/") + 1);
    if (usual.has(name.toLowerCase()) && file.includes("/")) continue;
    names.set(name, names.has(name) ? undefined : file);
  }
  return names;
}

/** A path as it stands in a document, from the top of the repository; undefined where it leads out. */
function joined(at: string, name: string): string | undefined {
  const parts = name.startsWith("/") ? [] : at.split("/").slice(0, -1);
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

const trimmed = (word: string): string => word.replace(/[.:]+$/, "");

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
