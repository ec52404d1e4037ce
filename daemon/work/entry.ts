// Where an entry goes and what its file becomes by it: the same for the commit, for the work tree and for a preview.
import path from "node:path";
import { addEntry, fragmentPath, unreleased } from "../../gate/changes.ts";
import type { Policy } from "../../gate/policy.ts";
import type { Item } from "../../protocol/work.ts";
import { sectionOf } from "./rules.ts";

/** A change to one file. `apply` throws when the text has no words, or the sub-heading would be no sub-heading. */
export interface EntryEdit {
  file: string;
  apply: (before: string) => { text: string; line: number };
}

/** Whose entry it is; the type is unknown where the item is another database's. */
export interface EntryOf {
  id: number;
  title: string;
  type?: Item["type"] | undefined;
}

export function entryEdit(
  { changes }: Policy,
  item: EntryOf | undefined,
  { text, section }: { text: string; section?: string | undefined },
): EntryEdit {
  if (changes.entries === "fragments" && item) return fragmentEdit(changes.file, item, text, section);
  const named = { text, ...(item && { item: item.id }) };
  return {
    file: changes.file,
    apply: (before) => addEntry(before, { ...named, ...sectionIn(before, section, item?.type) }),
  };
}

function fragmentEdit(changesFile: string, item: EntryOf, text: string, section: string | undefined): EntryEdit {
  const head = section === undefined ? "" : `section: ${section.replace(/\s+/g, " ")}\n\n`;
  return {
    file: path.posix.join(path.posix.dirname(changesFile), fragmentPath(item.id, item.title)),
    apply: (before) => {
      // Checked as the entry it will be; a fragment without words would only fail at the release.
      addEntry("", { text, item: item.id });
      const kept = before === "" ? head : `${before.trimEnd()}\n`;
      return { text: `${kept}${text}\n`, line: kept.split("\n").length };
    },
  };
}

/** The sub-heading asked for; in a file that sorts its entries under some, the usual one of the item's type. */
function sectionIn(changes: string, asked: string | undefined, type: Item["type"] | undefined): { section?: string } {
  if (asked !== undefined) return { section: asked };
  const sorted = unreleased(changes).some((entry) => entry.section !== undefined);
  return sorted && type !== undefined ? { section: sectionOf(type) } : {};
}
