// The verdict: every check with its mark, its sentence, and the way on.
import type { Check, Verdict } from "../../protocol/shared.ts";
import type { Paper } from "../paper.ts";
import { clean, count, padEnd, width, wrap } from "../text.ts";
import { done, heading, mark, next, short, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";

interface Status {
  repo: string;
  service: string | null;
  branch: string | null;
  trunk: string;
  item: { id: number; title: string; status: string } | null;
  merge: Verdict | null;
  complete: Verdict | null;
  uncommitted: number | null;
  line: string;
}

function status(result: Status, on: Paper): string[] {
  const { merge, complete } = result;
  const sign = merge ? `${mark(merge.state, on)} ` : "";
  const { sentence, way } = parted(clean(result.line));
  return [
    `${sign}${on.bold(sentence)}`,
    `  ${on.dim(where(result))}`,
    ...(merge ? ["", ...checks(merge.checks, on)] : []),
    ...alsoToComplete(merge, complete, on),
    ...warnings(merge, on),
    ...(way === undefined ? after(result, on) : ["", way]),
  ];
}

/** A line that ends in a command to type: that goes below, like every next command. */
function parted(line: string): { sentence: string; way?: string } {
  const found = /^(.+[.!?]) ([^.]+: (?:calcifer|git) .+)$/.exec(line);
  return found ? { sentence: found[1] as string, way: found[2] as string } : { sentence: line };
}

function warnings(merge: Verdict | null, on: Paper): string[] {
  const lines = merge?.warnings ?? [];
  return lines.length === 0 ? [] : ["", ...lines.map((line) => warning(on, clean(line)))];
}

function where({ branch, trunk, service, uncommitted }: Status): string {
  const parts = [
    branch === null
      ? "no branch is checked out"
      : branch === trunk
        ? `on ${clean(trunk)}`
        : `${clean(branch)} → ${clean(trunk)}`,
    service === null ? "not a service of Calcifer's yet" : `service ${clean(service)}`,
    uncommitted ? `${count(uncommitted, "file")} uncommitted` : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** One line per check, with what it is about and the next command beneath. */
export function checks(list: readonly Check[], on: Paper): string[] {
  const names = Math.max(0, ...list.map((check) => width(clean(check.id))));
  return list.flatMap((check) => {
    const left = 6 + names;
    const [first, ...more] = wrap(clean(check.message), Math.max(30, on.width - left));
    const below = (line: string) => " ".repeat(left) + line;
    return [
      `  ${checkMark(check, on)} ${on.dim(padEnd(clean(check.id), names))}  ${first}`,
      ...more.map(below),
      ...details(check, on).map(below),
      ...(check.next === undefined || check.state === "yes" ? [] : [below(`${on.dim("→")} ${clean(check.next)}`)]),
    ];
  });
}

const mostDetails = 8;

function details({ detail: all = [], state, message }: Check, on: Paper): string[] {
  if (state === "yes") return [];
  const detail = all.filter((line) => !message.includes(line));
  const lines = detail.slice(0, mostDetails).map((line) => on.dim(clean(line)));
  return detail.length > mostDetails ? [...lines, on.dim(`and ${detail.length - mostDetails} more`)] : lines;
}

/** A check that holds nothing up has a softer mark. */
const checkMark = (check: Check, on: Paper): string =>
  check.state === "no" && !check.required ? on.yellow("!") : mark(check.state, on);

/** What completion asks beyond the merge. That it wants the merge first goes without saying. */
function openBeyondMerge(merge: Verdict | null, complete: Verdict | null): Check[] {
  const asked = new Set(["merged", ...(merge?.checks ?? []).map((check) => check.id)]);
  return (complete?.checks ?? []).filter((check) => !asked.has(check.id) && check.state !== "yes");
}

function alsoToComplete(merge: Verdict | null, complete: Verdict | null, on: Paper): string[] {
  const open = openBeyondMerge(merge, complete);
  return open.length === 0 ? [] : ["", heading(on, "To complete, also"), ...checks(open, on)];
}

function after({ item, merge, complete, service, branch, trunk }: Status, on: Paper): string[] {
  if (service === null) return ["", next(on, "calcifer service add .")];
  if (item === null) {
    return branch === trunk
      ? ["", next(on, 'calcifer work add "what is to change"')]
      : ["", next(on, `calcifer work adopt ${clean(branch ?? "<branch>")}`)];
  }
  const open = openBeyondMerge(merge, complete).some((check) => check.required);
  if (item.status !== "active" || merge?.state !== "yes") return [];
  return ["", next(on, open ? `calcifer work merge ${item.id}` : `calcifer work finish ${item.id}`)];
}

function waived(
  { check, reason, branch, commit }: { check: string; reason: string; branch: string; commit: string | null },
  on: Paper,
): string[] {
  if (commit !== null) {
    return [
      done(on, `Waived ${clean(check)} on ${clean(branch)}, in ${short(commit)}: ${clean(reason)}`),
      next(on, "calcifer status"),
    ];
  }
  return [
    done(on, `Waived ${clean(check)} for the next commit on ${clean(branch)}: ${clean(reason)}`),
    next(on, 'calcifer commit -m "…" or git commit; the exception travels with it as a trailer'),
  ];
}

interface Tested {
  item: number;
  branch: string;
  commit: string;
  command: string;
  state: string;
  step: string;
  coverage: number | null;
  passed: boolean;
  log: string;
  tail: string[];
  uncommitted: number | null;
  moved: boolean;
  line: string;
}

/** Of tests that passed, the sentence is enough; of others, their last words come first, as they would in a terminal. */
function tested(result: Tested, on: Paper): string[] {
  const { passed, line, branch, commit, tail, log, item } = result;
  const sign = mark(passed ? "yes" : saysNothing(result) ? "unknown" : "no", on);
  const words = passed ? [] : [...tail.slice(-mostTail).map((said) => `  ${on.dim(clean(said))}`), ""];
  return [
    ...words,
    `${sign} ${on.bold(clean(line))}`,
    `  ${on.dim(`${clean(branch)} at ${short(commit)} · ${clean(result.command)}`)}`,
    ...notTested(result, on),
    ...(passed ? [] : [`  ${on.dim(`The whole output: ${clean(log)}`)}`]),
    next(on, passed ? `calcifer gate show ${item}` : `calcifer gate test ${item}`),
  ];
}

const mostTail = 20;

/** The tests were not reached, or passed without saying how much they cover. */
const saysNothing = ({ step, state, coverage }: Tested): boolean =>
  step === "prepare" || (state === "passed" && coverage === null);

function notTested({ uncommitted, moved, branch }: Tested, on: Paper): string[] {
  return [
    ...(uncommitted
      ? [warning(on, `${count(uncommitted, "uncommitted file")} ${uncommitted === 1 ? "was" : "were"} not tested.`)]
      : []),
    ...(moved ? [warning(on, `${clean(branch)} has other commits by now; they were not tested.`)] : []),
  ];
}

/** Nothing but the picture, which goes into a file. */
const badge = ({ svg }: { svg: string }): string[] => [svg.trimEnd()];

export const gatePrinters: Record<string, Printer> = {
  "gate.show": status,
  "gate.waive": waived,
  "gate.test": tested,
  "gate.badge": badge,
};
