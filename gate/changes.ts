// CHANGES.md for everyone outside: read its entries, add one, take one out. Texts in, texts out; no files, no git.
// Merging two versions is changes-merge.ts, making a release changes-release.ts.
export { addEntry, removeEntry } from "./changes-add.ts";
export {
  addedEntries,
  type Entry,
  entries,
  entryProblems,
  unreleased,
} from "./changes-entries.ts";
export { fragmentFolder, fragmentPath, isFragmentOf, parseFragment, slug } from "./changes-fragments.ts";
export { parseChanges, printChanges } from "./changes-parse.ts";
