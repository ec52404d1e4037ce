// The points of an item's checklist.
import type { Item } from "../../protocol/work.ts";
import type { Paper } from "../paper.ts";
import { clean, wrap } from "../text.ts";
import { heading } from "./marks.ts";

const notMet = (item: Item): number => item.checklist.filter((point) => !point.done).length;

/** An empty line, the heading, the points; nothing for an item without any. */
export function checklist(item: Item, on: Paper): string[] {
  const points = item.checklist;
  if (points.length === 0) return [];
  const digits = String(points.length).length;
  const lines = points.flatMap((point, i) => {
    const number = String(i + 1).padStart(digits);
    const [first, ...more] = wrap(clean(point.text), on.width - 7 - digits);
    const sign = point.done ? on.green("✓") : on.dim("·");
    return [`  ${sign} ${number}  ${first}`, ...more.map((line) => " ".repeat(6 + digits) + line)];
  });
  return ["", heading(on, "Checklist", `${points.length - notMet(item)} of ${points.length}`), ...lines];
}
