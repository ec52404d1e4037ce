// What CHANGES.md would look like with an entry, around the place where it would stand. Writes nothing.
import { addedEntries, parseChanges } from "../../gate/changes.ts";
import { unreleasedGroup } from "../../gate/changes-add.ts";
import { hasWords, partsOf, sameTitle } from "../../gate/changes-entries.ts";
import { branchHasEntry } from "../../gate/facts.ts";
import { unusedWaiver } from "../../gate/hook.ts";
import { mergeBase } from "../../gate/merge-base.ts";
import { matches, type Policy } from "../../gate/policy.ts";
import { branchTip } from "../../gate/refs.ts";
import { underWay } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Parsed, Result } from "../../protocol/contract.ts";
import { readInside } from "../git/commit.ts";
import type { Opened } from "../git/repos.ts";
import { type EntryOf, entryEdit } from "../work/work.ts";
import { readFragments } from "./fragments.ts";
import { orInvalid } from "./words.ts";

type Method = Api["changes"]["methods"]["preview"];
export type Preview = Result<Method>;

/** Where the entry would go: the work tree, by which policy, whose it is and on which branch. */
export interface PreviewPlace {
  opened: Opened;
  policy: Policy;
  trunk: string;
  item: EntryOf | undefined;
  branch: string | undefined;
}

export async function preview(place: PreviewPlace, asked: Parsed<Method>): Promise<Preview> {
  const { opened, policy, item } = place;
  const isThere = hasWords(asked.text);
  const edit = entryEdit(policy, item, { text: isThere ? asked.text : "entry", section: asked.section });
  const before = readInside(opened.repo, edit.file) ?? "";
  const after = orInvalid(() => edit.apply(before));
  const lines = neighbourhood(before, after.text);
  const changes = edit.file === policy.changes.file ? before : (readInside(opened.repo, policy.changes.file) ?? "");
  const there = item ? await existing(place, item.id, changes) : [];
  return {
    file: edit.file,
    line: isThere ? after.line : null,
    lines: isThere ? lines : lines.filter(({ added }) => !added),
    sections: sectionsIn(changes),
    existing: there,
    needed: item !== undefined && (await isNeeded(place, item.id, asked.paths)),
  };
}

/**
 * As the commit gate will ask.
 * @param paths those of the commit to come; all, when they are not said
 */
async function isNeeded(place: PreviewPlace, item: number, paths: string[] | undefined): Promise<boolean> {
  const { opened, policy, trunk, branch } = place;
  const { commit, ignore } = policy.changes;
  if (commit === "off" || underWay(opened.repo) !== undefined) return false;
  if (paths?.length && paths.every((path) => matches(ignore, path))) return false;
  if (await unusedWaiver(opened.repo, branch)) return false;
  if (await comesAlong(place, item, (file) => paths === undefined || paths.includes(file))) return false;
  return commit !== "first" || !(await branchHasEntry(opened.repo, opened.objects, policy, item, trunk));
}

/** Whether the files of the commit to come have an entry of the item that HEAD has not. */
async function comesAlong(
  { opened: { repo, objects }, policy: { changes }, branch }: PreviewPlace,
  item: number,
  isIn: (file: string) => boolean,
): Promise<boolean> {
  const head = branch === undefined ? undefined : await branchTip(repo, branch);
  const committed = async (file: string) => (head && (await objects.readText(`${head}:${file}`))) ?? "";
  if (changes.entries === "fragments") {
    const own = readFragments(repo, changes.file, item).filter(({ file }) => isIn(file));
    const differ = await Promise.all(own.map(async ({ file }) => (await committed(file)) !== readInside(repo, file)));
    return differ.includes(true);
  }
  const now = isIn(changes.file) ? readInside(repo, changes.file) : undefined;
  return (
    now !== undefined && addedEntries(await committed(changes.file), now).some((entry) => entry.items.includes(item))
  );
}

const around = 3;

/** An entry is put in as whole lines at one place: what is more afterwards was added there. */
function neighbourhood(before: string, after: string): Preview["lines"] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start++;
  const end = start + now.length - old.length;
  const first = Math.max(0, start - around);
  return now
    .slice(first, end + around)
    .map((line, n) => ({ text: line, added: first + n >= start && first + n < end }));
}

function linesOf(contents: string): string[] {
  const lines = contents.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

const usual = ["Added", "Changed", "Fixed", "Removed", "Security", "Deprecated"];

function sectionsIn(changes: string): string[] {
  const there = unreleasedGroup(partsOf(parseChanges(changes))).flatMap(({ section }) => section ?? []);
  const byTitle = new Map<string, string>();
  for (const title of [...there, ...usual]) if (!byTitle.has(sameTitle(title))) byTitle.set(sameTitle(title), title);
  return [...byTitle.values()];
}

async function existing(place: PreviewPlace, item: number, changes: string): Promise<Preview["existing"]> {
  const { opened, policy } = place;
  const base = await baseOf(place);
  const atBase = async (file: string) =>
    base === undefined ? "" : ((await opened.objects.readText(`${base}:${file}`)) ?? "");
  if (policy.changes.entries !== "fragments")
    return addedEntries(await atBase(policy.changes.file), changes)
      .filter((entry) => entry.items.includes(item))
      .map(({ text, line }) => ({ text, line }));
  const found = await Promise.all(
    readFragments(opened.repo, policy.changes.file, item).map(async (own) => ({
      ...own,
      isNew: (await atBase(own.file)) !== readInside(opened.repo, own.file),
    })),
  );
  return found.flatMap(({ text, isNew }) => (isNew ? [{ text, line: 1 }] : []));
}

/** Where branch and trunk parted. */
async function baseOf({ opened: { repo }, trunk, branch }: PreviewPlace): Promise<string | undefined> {
  const [ours, theirs] = await Promise.all([branch && branchTip(repo, branch), branchTip(repo, trunk)]);
  return ours && theirs ? mergeBase(repo, theirs, ours) : undefined;
}
