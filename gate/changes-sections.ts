// One version of CHANGES.md as sections of units, keyed so that the same section and the same unit are found again in
// another version of the file. For changes-merge.ts.
import { type Part, partsOf, sameText, sameTitle } from "./changes-entries.ts";
import { bulletLines, type Changes } from "./changes-parse.ts";

/** An entry, a paragraph or other block, or one line of link definitions. */
export interface Unit {
  kind: "entry" | "text" | "link";
  raw: string;
  /** raw with `\n` as line end */
  norm: string;
  /** equal for units that are the same apart from how they are wrapped */
  key: string;
  /** the blank lines before it */
  gap: string;
  /** what stands before it in its section; undefined: the heading */
  above: Unit | undefined;
  interrupts: boolean;
}

/** A heading with what stands under it. Its units are looked at only when asked for: most sections never change. */
export class Section {
  readonly key: string;
  /** key of the heading that a sub-heading stands under */
  readonly parent: string | undefined;
  readonly kind: Part["kind"];
  /** as in Entry */
  readonly release: string | undefined;
  readonly title: string;
  readonly heading: { raw: string; norm: string; setext: boolean } | undefined;
  /** all under the heading, without the blank lines at its end */
  body: string;
  /** the blank lines at its end */
  readonly tail: string;
  private readonly read: () => Unit[];
  private known: Unit[] | undefined;

  constructor(changes: Changes, part: Part, key: string, parent: string | undefined) {
    const { heading, kind, release, body } = part;
    const slice = (from: number | undefined, to: number | undefined) => changes.source.slice(from, to);
    const last = body.at(-1);
    const end = last?.kind === "blank" ? last.start : last?.end;
    const raw = slice(heading?.start, heading?.end);
    this.key = key;
    this.parent = parent;
    this.kind = kind;
    this.release = release;
    this.title = heading?.title ?? "";
    this.heading = heading && { raw, norm: normal(raw), setext: heading.setext };
    this.body = body[0] ? slice(body[0].start, end) : "";
    this.tail = last ? slice(end, last.end) : "";
    this.read = () => unitsOf(changes, part);
  }

  get units(): Unit[] {
    this.known ??= this.read();
    return this.known;
  }

  get norm(): string {
    return (this.heading?.norm ?? "") + normal(this.body + this.tail);
  }

  /** Takes out units; returns the keys of those that were there. */
  drop(keys: Set<string>): string[] {
    const all = this.units;
    const kept = all.filter((unit) => !keys.has(unit.key));
    if (kept.length === all.length) return [];
    const [first, ...rest] = kept;
    this.known = first ? [{ ...first, gap: all[0]?.gap ?? "", above: undefined }, ...rest] : [];
    this.body = this.known.map(({ gap, raw }) => gap + raw).join("");
    return all.filter((unit) => keys.has(unit.key)).map((unit) => unit.key);
  }
}

export function normal(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

export function sectionsOf(changes: Changes): Section[] {
  const seen = new Map<string, number>();
  let top = "";
  return withOpenEnd(partsOf(changes)).map((part, index) => {
    const isSub = part.kind === "section";
    const key = unique(seen, isSub ? `${top}/${name(part)}` : topKey(part, index));
    const section = new Section(changes, part, key, isSub ? top : undefined);
    if (!isSub) top = key;
    return section;
  });
}

/** A fence or comment that nothing ends takes all to the end of the file, so it must stay there: a part of its own. */
function withOpenEnd(parts: Part[]): Part[] {
  const part = parts.at(-1) as Part;
  const last = part.body.at(-1);
  if (last?.kind !== "text" || last.closed) return parts;
  const end: Part = { heading: undefined, body: [last], release: "", section: undefined, kind: "preamble" };
  return [...parts.slice(0, -1), { ...part, body: part.body.slice(0, -1) }, end];
}

function unique(seen: Map<string, number>, key: string): string {
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return count === 1 ? key : `${key}\n${count}`;
}

function topKey(part: Part, index: number): string {
  if (part.kind === "release") return `release ${part.release?.toLowerCase().replace(/^v/, "")}`;
  if (part.kind !== "other") return part.kind === "preamble" && index > 0 ? "end" : part.kind;
  // The title of the file may be worded anew without becoming another section.
  return index === 1 && part.heading?.level === 1 ? "title" : `other ${name(part)}`;
}

function name({ heading }: Part): string {
  const title = heading?.title ?? "";
  return sameTitle(title) || title;
}

function unitsOf({ source }: Changes, part: Part): Unit[] {
  const units: Unit[] = [];
  let gap = "";
  for (const block of part.body) {
    const { kind, interrupts } = block;
    const raw = source.slice(block.start, block.end);
    if (kind === "blank") {
      gap = raw;
      continue;
    }
    for (const line of kind === "link" ? (raw.match(/[^\r\n]+(?:\r\n|\r|\n|$)/g) ?? []) : [raw]) {
      const text = kind === "entry" ? sameText(bulletLines(source, block).join("\n")) : normal(line);
      units.push({ kind, raw: line, norm: normal(line), key: `${kind} ${text}`, gap, above: units.at(-1), interrupts });
      gap = "";
    }
  }
  return units;
}
