// Decides what may be done with an item. Facts in, reasons out. Pure.

import type { Changed } from "../../gate/facts.ts";
import type { Reason } from "../../protocol/errors.ts";
import type { Item } from "../../protocol/work.ts";

type Standing = Pick<Item, "id" | "title" | "status" | "branch" | "merged">;

/** Why work on an item may not be started. */
export function startReasons(item: Standing): Reason[] {
  if (item.status === "done")
    return [{ check: "status", message: `#${item.id} is done.`, next: `calcifer work add "what is left to change"` }];
  if (item.status === "dropped")
    return [{ check: "status", message: `#${item.id} was dropped.`, next: `calcifer work restore ${item.id}` }];
  return [];
}

/** Files that stay behind. @param own what Calcifer itself wrote on registration and nobody has committed yet: it comes along */
export const dirtyFiles = (files: Changed[], own: string[]): Changed[] =>
  files.filter((f) => !(f.state === "??" && own.includes(f.path)));

/** Why a work tree may not be switched to another branch. */
export function dirtyReasons(id: number, files: Changed[], own: string[]): Reason[] {
  return dirtyFiles(files, own)
    .slice(0, 20)
    .map((f, i) => ({
      check: "clean",
      message: `${f.state} ${f.path}`,
      ...(i === 0 && { next: `calcifer work start ${id} --carry` }),
    }));
}

/** Why an item may not be merged, beside its verdict. */
export function mergeReasons(item: Standing): Reason[] {
  if (item.status === "active" && item.branch !== null) return [];
  if (item.status === "active" && item.merged !== null)
    return [{ check: "status", message: `#${item.id} is merged already.`, next: `calcifer work finish ${item.id}` }];
  const next =
    item.status === "dropped"
      ? `calcifer work restore ${item.id}`
      : item.status === "done"
        ? undefined
        : `calcifer work start ${item.id}`;
  const message =
    item.status === "done"
      ? `#${item.id} is done already.`
      : `#${item.id} is ${item.status}; only what is active and has a branch can be merged.`;
  return [{ check: "status", message, next }];
}

/**
 * Why an item may not be given up.
 * @param unmerged commits only its branch has; undefined when that cannot be told
 */
export function abandonReasons(
  item: Standing,
  unmerged: { id: string; subject: string }[] | undefined,
  abandon: number | undefined,
  verb: "drop" | "delete",
): Reason[] {
  if (verb === "drop" && item.status === "done")
    return [{ check: "status", message: `#${item.id} is done; what is done cannot be dropped.` }];
  if (verb === "drop" && item.status === "dropped")
    return [{ check: "status", message: `#${item.id} was dropped already.`, next: `calcifer work restore ${item.id}` }];
  if (unmerged === undefined)
    return [{ check: "unmerged", message: "Cannot tell what only its branch has.", next: "calcifer doctor" }];
  if (unmerged.length === (abandon ?? 0)) return [];
  const n = unmerged.length;
  const head =
    abandon === undefined
      ? `${n} ${n === 1 ? "commit is" : "commits are"} only on ${item.branch}.`
      : `There ${n === 1 ? "is" : "are"} ${n} unmerged ${n === 1 ? "commit" : "commits"}, not ${abandon}.`;
  return [
    {
      check: "unmerged",
      message: head,
      next: n === 0 ? `calcifer work ${verb} ${item.id}` : `calcifer work ${verb} ${item.id} --abandon-commits ${n}`,
    },
    ...unmerged.slice(0, 20).map((c) => ({ check: "unmerged", message: `${c.id.slice(0, 8)} ${c.subject}` })),
  ];
}

/** Checklist after points were ticked or unticked; or what is wrong with a point's number. */
export function ticked(
  checklist: Item["checklist"],
  points: number[] | "all",
  done: boolean,
): Item["checklist"] | string {
  if (points !== "all") {
    const wrong = points.find((n) => n > checklist.length);
    if (wrong !== undefined) return outOfRange(wrong, checklist.length);
    if (points.length === 0) return "points: name at least one point, or --all.";
  }
  return checklist.map((c, i) => (points === "all" || points.includes(i + 1) ? { ...c, done } : c));
}

export const outOfRange = (point: number, length: number): string =>
  length === 0
    ? `point: there is no point ${point}; the checklist is empty.`
    : `point: there is no point ${point}; the checklist has ${length} (1–${length}).`;

/** The title a branch's name suggests: `fix-timeouts` → `Fix timeouts`. */
export function titleOf(branch: string): string {
  const words = branch
    .replace(/^.*\//, "")
    .replace(/^\d+[-_]/, "")
    .replace(/[-_]+/g, " ")
    .trim();
  return words === "" ? branch : words[0]?.toUpperCase() + words.slice(1);
}

/** Templates of required documents, by type: headings to fill in. */
export function documentTemplate(item: Pick<Item, "id" | "title" | "type">): string {
  const parts: Record<Item["type"], string[]> = {
    feature: ["What it does", "How to use it", "How to operate it", "What could go wrong"],
    service: ["What it is for", "Where it runs", "Start, stop, update", "Backup and restore", "What could go wrong"],
    integration: [
      "What is connected",
      "Credentials and where they live",
      "When the other side is down",
      "How to test it",
    ],
    documentation: ["Summary", "Details"],
    bug: ["What happened", "Why", "What was changed", "How to notice it earlier"],
    maintenance: ["What was done", "How to undo it"],
  };
  return `# ${item.title} (#${item.id})\n\n${parts[item.type].map((p) => `## ${p}\n`).join("\n")}`;
}

/**
 * The way from one item back to itself, if one more relation closed a circle.
 * @param ways by item, what it leads to already
 * @returns the circle, beginning and ending with `from`; undefined when there is none
 */
export function circleOf(ways: ReadonlyMap<number, readonly number[]>, from: number, to: number): number[] | undefined {
  const cameFrom = new Map<number, number>([[to, from]]);
  const open = [to];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (at === from) return wayBack(cameFrom, from, to);
    for (const next of ways.get(at) ?? [])
      if (!cameFrom.has(next)) {
        cameFrom.set(next, at);
        open.push(next);
      }
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<number, number>, from: number, to: number): number[] {
  const way = [from];
  for (let at = cameFrom.get(from); at !== undefined && at !== to; at = cameFrom.get(at)) way.unshift(at);
  return from === to ? [from, from] : [from, to, ...way];
}

/** The sub-heading that entries of a type usually stand under (Keep a Changelog's names). */
export const sectionOf = (type: Item["type"]): string =>
  ({
    feature: "Added",
    service: "Added",
    integration: "Added",
    bug: "Fixed",
    documentation: "Changed",
    maintenance: "Changed",
  })[type];
