// From one text to another by the smallest change, so that cursor, folds and undo stay where they are.
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { TextEdit } from "vscode-languageserver-types";

export function editTo(document: TextDocument, after: string): TextEdit[] {
  const before = document.getText();
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  while (from > 0 && isInside(before, from)) from--;
  let same = 0;
  while (
    same < shorter - from &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  while (same > 0 && (isInside(before, before.length - same) || isInside(after, after.length - same))) same--;
  const range = { start: document.positionAt(from), end: document.positionAt(before.length - same) };
  return [{ range, newText: after.slice(from, after.length - same) }];
}

/** Between the two halves of a character, or of a line end: an editor knows no such place. */
function isInside(text: string, at: number): boolean {
  const [before, behind] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (
    (before === 13 && behind === 10) || (before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000)
  );
}
