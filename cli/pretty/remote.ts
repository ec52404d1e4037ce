// What was fetched, brought forward and pushed, a paragraph for each repository where there is something to say.
import type { Synced } from "../../protocol/remote.ts";
import type { Paper } from "../paper.ts";
import { clean, padEnd, width, wrap } from "../text.ts";
import type { Printer } from "./printer.ts";

const sign = ({ outcome }: Synced, on: Paper): string => {
  if (outcome === "done" || outcome === "nothing to do") return on.green("✓");
  return outcome === "refused" ? on.red("✗") : outcome === "no remote" ? on.dim("·") : on.yellow("?");
};

function synced({ repos, line }: { repos: Synced[]; line: string }, on: Paper): string[] {
  const names = Math.max(0, ...repos.map((r) => width(nameOf(r))));
  const places = Math.max(0, ...repos.map((r) => width(placeOf(r))));
  const rows = repos.flatMap((r) => [
    `${sign(r, on)} ${on.bold(nameOf(r))}${" ".repeat(names - width(nameOf(r)))}  ${on.dim(padEnd(placeOf(r), places))}  ${standing(r)}`.trimEnd(),
    ...[...r.did, r.outcome === "no remote" ? "" : r.why]
      .filter((l) => l !== "")
      .flatMap((l) => indented(clean(l), on)),
    ...(r.next === null ? [] : [`    ${on.dim("→")} ${clean(r.next)}`]),
  ]);
  return [...rows, ...(repos.length > 1 ? [""] : []), ...wrap(clean(line), on.width)];
}

const indented = (text: string, on: Paper): string[] => wrap(text, on.width - 4).map((line) => `    ${line}`);

const nameOf = ({ services }: Synced): string => services.map(clean).join(", ");

const placeOf = ({ branch, remote }: Synced): string =>
  remote === null ? "" : `${branch === null ? "detached" : clean(branch)} · ${clean(remote)}`;

/** Beside the remote, as it is now. */
function standing({ outcome, ahead, behind }: Synced): string {
  if (ahead === null || behind === null) return outcome === "no remote" ? outcome : `${outcome}: cannot tell`;
  const parts = [ahead > 0 ? `${ahead} ahead` : "", behind > 0 ? `${behind} behind` : ""].filter(Boolean);
  const place = parts.length === 0 ? "in step" : parts.join(", ");
  return outcome === "refused" || outcome === "unreachable" ? `${outcome}, ${place}` : place;
}

export const remotePrinters: Record<string, Printer> = {
  "remote.fetch": synced,
  "remote.pull": synced,
  "remote.push": synced,
  "remote.sync": synced,
};
