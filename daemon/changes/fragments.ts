// The fragments of a work tree: entries one to a file, in the folder beside the changes file.
import path from "node:path";
import { type Entry, fragmentFolder, isFragmentOf, parseFragment } from "../../gate/changes.ts";
import { folderOf } from "../../gate/refs.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside } from "../git/commit.ts";

export interface FoundFragment {
  /** in the repository */
  file: string;
  item: number;
  section: string | undefined;
  text: string;
}

/**
 * In the order of their items.
 * @param item only its own
 * @throws Fault invalid, naming the fragment that cannot be read
 */
export function readFragments(repo: Repo, changesFile: string, item?: number): FoundFragment[] {
  const folder = fragmentFolder(changesFile);
  const files = folderOf(path.join(repo.top, folder))
    .filter((e) => e.isFile())
    .map((e) => path.posix.join(folder, e.name));
  const found = files.filter((file) => isFragmentOf(changesFile, item, file)).map((file) => readOne(repo, file));
  return found.sort((a, b) => a.item - b.item || (a.file < b.file ? -1 : 1));
}

function readOne(repo: Repo, file: string): FoundFragment {
  try {
    const { item, section, text } = parseFragment(file, readInside(repo, file) ?? "");
    return { file, item, section, text };
  } catch (error) {
    throw error instanceof Fault
      ? error
      : new Fault("invalid", (error as Error).message, { hint: "Write its entry, or remove the file." });
  }
}

export const fragmentEntries = (fragments: FoundFragment[]): Entry[] =>
  fragments.map(({ text, item, section }) => ({
    text,
    items: [item],
    section,
    release: undefined,
    line: 1,
    endLine: 1,
  }));
