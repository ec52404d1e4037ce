// The words of an entry as they may go into the file. They can come from anyone: nothing in them may begin a heading,
// another entry or a fence, and nothing invisible is kept.
import { entriesOf, hasWords, isUnreleased, versionOf } from "./changes-entries.ts";
import { parseChanges } from "./changes-parse.ts";
import { isRule, shapeOf } from "./changes-shapes.ts";

export interface NewEntry {
  text: string;
  /** named at the end of the first paragraph, unless the text already does */
  item?: number;
  /** the sub-heading it goes under; made when missing */
  section?: string;
}

// Controls but tab and line end, marks that turn the reading direction, and the byte order mark.
const unwanted = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
    .replace(unwanted, "");
}

/** Lines that make one entry behind a bullet, whatever the text was; throws when it has no word in it. */
export function entryLines({ text, item }: NewEntry): string[] {
  const lines = withoutBullet(
    clean(text)
      .split("\n")
      .map((line) => line.trimEnd()),
  );
  if (!hasWords(lines.join("\n"))) throw new Error("The entry has no words.");
  if (item === undefined || names(lines, item)) return lines;
  const reference = `(#${item})`;
  const last = endOfParagraph(lines);
  const appended = lines.map((line, number) => (number === last ? `${line} ${reference}` : line));
  if (names(appended, item)) return appended;
  // Something before the end hides what follows: a backtick, a comment, a fence.
  return [`${reference} ${lines[0]}`, ...lines.slice(1)];
}

/** Without blank lines around, and without the bullet a person may have typed. */
function withoutBullet(lines: string[]): string[] {
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return [];
  const last = lines.findLastIndex((line) => line !== "");
  const kept = lines.slice(first, last + 1);
  const text = (kept[0] as string).trimStart().replace(/^(?:[-*+](?:[ \t]+|$))+/, "");
  if (text === "") return withoutBullet(kept.slice(1));
  const { kind } = shapeOf(text, 0, false);
  const isHidden = kind === "heading" || kind === "link" || ["", "- ", "* "].some((mark) => isRule(mark + text));
  return [isHidden ? `\\${text}` : text, ...kept.slice(1)];
}

function endOfParagraph(lines: string[]): number {
  const end = lines.findIndex((line, number) => {
    if (number === 0) return false;
    const body = line.trimStart();
    return body === "" || shapeOf(body, 0, true).kind !== "text";
  });
  return end < 0 ? lines.length - 1 : end - 1;
}

function names(lines: string[], item: number): boolean {
  return entriesOf(parseChanges(`- ${lines.join("\n  ")}`))[0]?.items.includes(item) ?? false;
}

/** One line that makes a sub-heading; throws when it would read as a release. */
export function sectionTitle(section: string): string {
  const title = clean(section)
    .replace(/\s+/g, " ")
    .replace(/^[# ]+|[# ]+$/g, "");
  if (!/[\p{L}\p{N}]/u.test(title)) throw new Error("The sub-heading has no words.");
  if (isUnreleased(title) || versionOf({ title, level: 2 }) !== undefined) {
    throw new Error(`"${title}" cannot be a sub-heading: it reads as a version.`);
  }
  return title;
}
