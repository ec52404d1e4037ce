// Entries kept one to a file, `changes/<item>-<slug>.md` beside the changes file, until a release gathers them.

export interface Fragment {
  item: number;
  slug: string;
  section?: string;
  text: string;
}

const letters: Record<string, string> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i" };

/** Lower-case ASCII words joined by hyphens, at most 40 characters, never empty; safe in a path and in a branch name. */
export function slug(title: string): string {
  const ascii = title
    .slice(0, 1000)
    .toLowerCase()
    .replace(/[ßæœøđðłþı]/g, (letter) => letters[letter] as string)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "");
  return shorten(ascii).replace(/-$/, "") || "item";
}

/** Cuts between words when that keeps at least half. */
function shorten(words: string): string {
  if (words.length <= 40) return words;
  const end = words.lastIndexOf("-", 40);
  return words.slice(0, end >= 20 ? end : 40);
}

export function fragmentPath(item: number, title: string): string {
  return `changes/${item}-${slug(title)}.md`;
}

/** Where the fragments beside a changes file lie. */
export const fragmentFolder = (changesFile: string): string =>
  `${changesFile.slice(0, changesFile.lastIndexOf("/") + 1)}changes`;

/** Whether a path of the repository is a fragment beside the changes file, of the item if one is given. */
export function isFragmentOf(changesFile: string, item: number | undefined, file: string): boolean {
  const slash = file.lastIndexOf("/");
  const named = /^([1-9]\d{0,14})-[^/]+\.md$/.exec(file.slice(slash + 1));
  const isOurs = file.slice(0, slash) === fragmentFolder(changesFile);
  return named !== null && isOurs && (item === undefined || Number(named[1]) === item);
}

/** Reads one fragment: the text of an entry, after an optional first line `section: Added`. Throws a sentence. */
export function parseFragment(file: string, text: string): Fragment {
  const named = /^(\d{1,15})-([^/]+)\.md$/.exec(file.split(/[\\/]/).at(-1) ?? "");
  if (!named || Number(named[1]) === 0) throw new Error(`${file} is not named <item>-<words>.md.`);
  const body = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const section = /^(?:---[ \t]*\n)?section:([^\n]*)(?:\n|$)(?:---[ \t]*(?:\n|$))?/i.exec(body);
  const rest = body.slice(section?.[0].length ?? 0).trim();
  if (rest === "") throw new Error(`${file} has no text.`);
  const title = section?.[1]?.trim().replace(/^(["'])(.*)\1$/, "$2");
  return { item: Number(named[1]), slug: named[2] as string, ...(title && { section: title }), text: rest };
}
