// Planning with many items: what became of each, what is kept under a name, how items belong together.
import type { Item } from "../../protocol/item.ts";
import type { ItemTemplate, Related, SavedFilter } from "../../protocol/planning.ts";
import { columns, type Paper } from "../paper.ts";
import { clean, count, indent } from "../text.ts";
import { done, heading, mark, named, next } from "./marks.ts";
import type { Printer } from "./printer.ts";

interface Bulk {
  changed: number[];
  same: number[];
  refused: { id: number; why: string; next: string | null }[];
}

const numbers = (ids: number[]): string => ids.map((id) => `#${id}`).join(", ");

function bulk({ changed, same, refused }: Bulk, on: Paper, { plan }: Record<string, unknown>): string[] {
  if (plan)
    return changed.length === 0
      ? ["No item would be changed."]
      : [`It would be ${count(changed.length, "item")}: ${numbers(changed)}.`, next(on, "the same without --plan")];
  return [
    ...(changed.length > 0 ? [done(on, `Changed ${count(changed.length, "item")}: ${numbers(changed)}.`)] : []),
    ...(same.length > 0 ? [on.dim(`Like that already: ${numbers(same)}.`)] : []),
    ...refused.flatMap(({ why, next: command }) => [
      `${mark("no", on)} ${clean(why)}`,
      ...(command === null ? [] : [`  ${on.dim("→")} ${clean(command)}`]),
    ]),
    ...(changed.length + same.length + refused.length === 0 ? ["No item was meant."] : []),
  ];
}

function filters({ filters: all }: { filters: SavedFilter[] }, on: Paper): string[] {
  if (all.length === 0)
    return ["No filter is saved yet.", next(on, "calcifer work filter-save urgent --label security")];
  const rows = all.map((filter) => [clean(filter.name), asked(filter)]);
  return columns(
    on,
    [
      { head: "filter", style: on.bold },
      { head: "shows", flex: true },
    ],
    rows,
  );
}

/** As it would be typed. */
function asked({ name: _, status, ...filter }: SavedFilter): string {
  const words = Object.entries(filter).flatMap(([key, value]) => {
    if (value === false || value === undefined) return [];
    const option = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [option] : [`${option} ${clean(String(value))}`];
  });
  return [...status.map((one) => `--status ${one}`), ...words].join(" ") || "planned and active items";
}

function templates({ templates: all }: { templates: ItemTemplate[] }, on: Paper): string[] {
  if (all.length === 0) return ["There is no template yet.", next(on, "calcifer work template-save <name> <item>")];
  const rows = all.map(({ name, type, labels, checklist }) => [
    clean(name),
    type,
    labels.map(clean).join(" "),
    checklist.map(clean).join("; "),
  ]);
  const heads = [
    { head: "template", style: on.bold },
    { head: "type" },
    { head: "labels", style: on.dim, spare: 1 },
    { head: "checklist", flex: true as const },
  ];
  return columns(on, heads, rows);
}

interface Belongings {
  parent: Related | null;
  parts: Related[];
  relations: (Related & { kind: string })[];
}

/** Empty where an item stands alone. */
export function belongingRows({ parent, parts, relations }: Belongings, on: Paper): string[] {
  const rows = [
    ...(parent ? [["is a part of", parent] as const] : []),
    ...relations.map((one) => [one.kind, one] as const),
    ...parts.map((one) => ["has the part", one] as const),
  ];
  if (rows.length === 0) return [];
  const cells = rows.map(([kind, one]) => [kind, `#${one.id}`, one.status, clean(one.title)]);
  const heads = [
    { head: "", style: on.dim },
    { head: "", right: true as const, style: on.cyan },
    { head: "", style: on.dim },
    { head: "", flex: true as const },
  ];
  return [
    "",
    heading(on, "Belongs together"),
    ...indent(columns({ ...on, width: on.width - 2 }, heads, cells).slice(1), 2),
  ];
}

const saved = ({ name }: { name: string }, on: Paper): string[] => [done(on, `Saved ${clean(name)}.`)];
const forgotten = ({ name }: { name: string }, on: Paper): string[] => [done(on, `Forgot ${clean(name)}.`)];
const related = (item: Item, on: Paper): string[] => [
  done(on, `Noted for ${named(item)}.`),
  next(on, `calcifer work show ${item.id}`),
];

export const planningPrinters: Record<string, Printer> = {
  "work.bulk": bulk,
  "work.filters": filters,
  "work.filter-save": saved,
  "work.filter-remove": forgotten,
  "work.templates": templates,
  "work.template-save": saved,
  "work.template-remove": forgotten,
  "work.relate": related,
  "work.unrelate": related,
};
