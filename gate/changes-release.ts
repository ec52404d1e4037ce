// Turns what is Unreleased in CHANGES.md into a dated version, written as the file writes its other versions.
import { addEntry, heading, unreleasedGroup, usualLineEnd } from "./changes-add.ts";
import { type Part, partsOf, versionOf } from "./changes-entries.ts";
import { type Changes, type Heading, linesOf, parseChanges } from "./changes-parse.ts";
import type { NewEntry } from "./changes-words.ts";

export interface Release {
  version: string;
  /** as 2026-11-20 */
  date: string;
  /** entries kept in files of their own until now */
  fragments?: NewEntry[];
}

/** Leaves an empty Unreleased above. Throws a sentence when there is nothing to release or the version is there already. */
export function release(text: string, { version, date, fragments = [] }: Release): string {
  if (!/^v?\d[\w.+-]*$/.test(version)) throw new Error(`"${version}" is no version; write it like 1.4.0.`);
  if (!isDate(date)) throw new Error(`"${date}" is no date; write it like 2026-11-20.`);
  const whole = fragments.reduce((so, fragment) => addEntry(so, fragment).text, text);
  const changes = parseChanges(whole);
  const parts = partsOf(changes);
  const open = openHeading(parts);
  const there = parts.find((part) => part.kind === "release" && bare(part.release as string) === bare(version));
  if (there) throw new Error(`Version ${version} is in the file already, on line ${there.heading?.line}.`);
  const model = parts.find((part) => part.kind === "release")?.heading;
  const eol = usualLineEnd(whole);
  const written = (title: string, { level, setext }: Heading) => heading(title, level, setext).join(eol) + eol;
  const fresh = versionOf(open) === undefined ? whole.slice(open.start, open.end) : written("Unreleased", open);
  const dated = written(titleLike(model?.title ?? firstTitle(open), version, date), styleOf(parts, model) ?? open);
  return whole.slice(0, open.start) + fresh + eol + dated + withLinks(changes, open.end, model, version, eol);
}

/** The other version's heading, unless on its level a version would lose its own sub-headings. */
function styleOf(parts: Part[], model: Heading | undefined): Heading | undefined {
  const [, ...sections] = unreleasedGroup(parts);
  return model && sections.every(({ heading }) => (heading?.level ?? 0) > model.level) ? model : undefined;
}

function isDate(date: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(date) && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) === true;
}

function bare(version: string): string {
  return version.toLowerCase().replace(/^v/, "");
}

function openHeading(parts: Part[]): Heading {
  const open = parts.filter((part) => part.kind === "unreleased").map((part) => part.heading as Heading);
  const hasEntries = parts.some((part) => part.release === undefined && part.body.some(({ kind }) => kind === "entry"));
  const [heading, second] = open;
  if (!heading || !hasEntries) throw new Error("There is nothing to release: no entry stands under Unreleased.");
  if (second)
    throw new Error(`Unreleased stands twice, on lines ${heading.line} and ${second.line}; make it one first.`);
  return heading;
}

// ---- the title

function firstTitle({ title }: Heading): string {
  return title.startsWith("[") ? "[0.0] - 2000-01-01" : "0.0 - 2000-01-01";
}

const dates: [RegExp, (year: string, month: string, day: string) => string][] = [
  [/\d{4}-\d\d-\d\d/, (year, month, day) => `${year}-${month}-${day}`],
  [/\d{4}\/\d\d\/\d\d/, (year, month, day) => `${year}/${month}/${day}`],
  [/\d\d\.\d\d\.\d{4}/, (year, month, day) => `${day}.${month}.${year}`],
];

/** The title of the new version, with the brackets, prefix and date of another one. */
function titleLike(model: string, version: string, date: string): string {
  const old = versionOf({ title: model, level: 1 }) ?? "";
  const at = model.indexOf(old);
  const isLink = model.startsWith("](", at + old.length);
  const before = isLink ? model.slice(0, at).replace(/\[$/, "") : model.slice(0, at);
  const behind = model.slice(at + old.length).replace(/^\]\([^)]*\)/, "");
  const name = (/^v/i.test(old) ? (old[0] as string) : "") + version.replace(/^v/, "");
  if (/^\d{4}-\d\d/.test(old)) return before + name + (/^[\]*_\\]*/.exec(behind)?.[0] ?? "");
  return before + name + datedLike(behind, date);
}

/** What stands behind the version in a title, with another date; remarks behind the date are not taken over. */
function datedLike(behind: string, date: string): string {
  const [year, month, day] = date.split("-") as [string, string, string];
  for (const [form, write] of dates) {
    const found = form.exec(behind);
    if (!found) continue;
    const closing = /^[\])*_\\]*/.exec(behind.slice(found.index + found[0].length))?.[0] ?? "";
    return behind.slice(0, found.index) + write(year, month, day) + closing;
  }
  return `${/^[\]*_\\]*/.exec(behind)?.[0] ?? ""} - ${date}`;
}

// ---- links at the end, as keepachangelog.com has them

const compare = /^( {0,3}\[unreleased\]:[ \t]*)(\S+\/compare\/)(\S+?)(\.{2,3})(\S+)(.*)$/i;

/** The rest of the file, with a link that compares the last version with what is unreleased moved on by one. */
function withLinks(
  { source, blocks }: Changes,
  from: number,
  model: Heading | undefined,
  version: string,
  eol: string,
): string {
  const old = bare((model && versionOf(model)) ?? "");
  let text = "";
  let at = from;
  for (const block of blocks) {
    if (block.kind !== "link" || block.start < from || old === "") continue;
    const lines = linesOf(source.slice(block.start, block.end));
    const index = lines.findIndex((line) => line.length < 2000 && compare.test(line));
    const [, label, url, tag, dots, tip, rest] = compare.exec(lines[index] ?? "") ?? [];
    if (label === undefined || !tag?.endsWith(old)) continue;
    const next = tag.slice(0, tag.length - old.length) + version.replace(/^v/, "");
    const name = label.replace(
      /\[unreleased\]/i,
      `[${/^\[?v/i.test(model?.title ?? "") ? "v" : ""}${version.replace(/^v/, "")}]`,
    );
    lines.splice(index, 1, `${label}${url}${next}${dots}${tip}${rest}`, `${name}${url}${tag}${dots}${next}${rest}`);
    const ended = /[\r\n]$/.test(source.slice(block.start, block.end)) ? eol : "";
    text += source.slice(at, block.start) + lines.join(eol) + ended;
    at = block.end;
  }
  return text + source.slice(at);
}
