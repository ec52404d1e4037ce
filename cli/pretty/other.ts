// CHANGES.md, events, backups, the daemon.
import type * as z from "zod";
import type { Backup } from "../../protocol/backup.ts";
import type { Entry } from "../../protocol/changes.ts";
import type { EventRecord } from "../../protocol/event.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, bytes, clean, count, lasting, wrap } from "../text.ts";
import { eventLine } from "./event.ts";
import { done, heading, next, short, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";

type OneEntry = z.infer<typeof Entry>;

function changes({ file, entries }: { file: string; entries: OneEntry[] }, on: Paper): string[] {
  if (entries.length === 0) return [`${clean(file)} has no entries there.`];
  const releases = [...new Set(entries.map((entry) => entry.release))];
  return releases.flatMap((release, i) => {
    const own = entries.filter((entry) => entry.release === release);
    return [
      ...(i > 0 ? [""] : []),
      heading(on, release === undefined ? "Unreleased" : clean(release), i === 0 ? clean(file) : ""),
      ...bySection(own, on),
    ];
  });
}

function bySection(entries: readonly OneEntry[], on: Paper): string[] {
  const sections = [...new Set(entries.map((entry) => entry.section))];
  return sections.flatMap((section) => [
    ...(section === undefined ? [] : [`  ${on.dim(clean(section))}`]),
    ...entries.filter((entry) => entry.section === section).flatMap((entry) => bulleted(clean(entry.text), on)),
  ]);
}

const bulleted = (text: string, on: Paper): string[] =>
  wrap(text, on.width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));

function entryAdded({ file, line, text }: { file: string; line: number; text: string }, on: Paper): string[] {
  return [
    done(on, `${clean(file)}, line ${line}: ${clean(text)}`),
    next(on, 'calcifer commit --all -m "what and why"'),
  ];
}

function released(
  result: { version: string; commit: string; tag: string | null; entries: number },
  on: Paper,
): string[] {
  const tag = result.tag === null ? "" : `, tagged ${clean(result.tag)}`;
  return [
    done(
      on,
      `Released ${clean(result.version)} with ${count(result.entries, "entry", "entries")}: commit ${short(result.commit)}${tag}.`,
    ),
  ];
}

function events(
  { events: list, seq }: { events: EventRecord[]; seq: number },
  on: Paper,
  params: Record<string, unknown>,
): string[] {
  if (list.length === 0) return [nothingHappened(seq, params)];
  const full = list.length >= Number(params.limit ?? usualLimit) && params.newest !== true;
  const last = (list.at(-1) as EventRecord).seq;
  const more =
    full && last < seq ? ["", `${on.dim("More:")} the same with --since ${last} (the newest is ${seq})`] : [];
  return [...list.map((event) => eventLine(event, on)), ...more];
}

/** As in the contract of event.list. */
const usualLimit = 100;

function nothingHappened(seq: number, { item, service, name, since }: Record<string, unknown>): string {
  if (seq === 0) return "Nothing has happened yet.";
  const filtered = [item, service, name].some((filter) => filter !== undefined);
  return filtered
    ? "No events fit."
    : `Nothing has happened since ${String(since as number)}; the newest event is number ${seq}.`;
}

type OneBackup = z.infer<typeof Backup>;

function backupMade(result: OneBackup & { path: string }, on: Paper): string[] {
  return [done(on, `Copied the database (${bytes(result.bytes)}) and checked the copy:`), `  ${clean(result.path)}`];
}

function backups({ folder, backups: list }: { folder: string; backups: OneBackup[] }, on: Paper): string[] {
  if (list.length === 0) return [`There are no copies in ${clean(folder)} yet.`, next(on, "calcifer backup now")];
  const rows = list.map((b) => [clean(b.name), bytes(b.bytes), b.why, ago(b.at, on.now)]);
  const heads = [
    { head: "copy", style: on.bold },
    { head: "size", right: true as const },
    { head: "why" },
    { head: "made", style: on.dim },
  ];
  return [on.dim(clean(folder)), ...columns(on, heads, rows)];
}

function restored(
  result: { restored: boolean; name: string; kept: string | null; plan: string[] },
  on: Paper,
): string[] {
  if (result.restored) {
    const kept = result.kept === null ? [] : [`  What was there is kept as ${clean(result.kept)}.`];
    return [done(on, `The database is ${clean(result.name)} now.`), ...kept];
  }
  return [
    warning(on, "Nothing was done yet. This is the plan:"),
    ...result.plan.flatMap((step, i) =>
      wrap(clean(step), on.width - 5).map((line, n) => (n === 0 ? `  ${i + 1}. ${line}` : `     ${line}`)),
    ),
    next(on, `calcifer backup restore ${clean(result.name)} --yes`),
  ];
}

export interface DaemonStatus {
  pid: number;
  version: string;
  contract: string;
  node: string;
  socket: string;
  database: string;
  uptime: number;
  clients: number;
  seq: number;
  memory: number;
  log: string;
}

function daemonStatus(status: DaemonStatus, on: Paper): string[] {
  const facts: [string, string][] = [
    ["socket", clean(status.socket)],
    ["database", clean(status.database)],
    ["log", clean(status.log)],
    ["clients", String(status.clients)],
    ["events", String(status.seq)],
    ["memory", bytes(status.memory)],
    ["runtime", `Node ${clean(status.node).replace(/^v/, "")}`],
  ];
  return [
    done(on, `The daemon runs: version ${clean(status.version)}, process ${status.pid}, up ${lasting(status.uptime)}.`),
    ...labelled(
      on,
      facts.map(([label, text]) => [on.dim(label), text] as const),
    ),
  ];
}

export const otherPrinters: Record<string, Printer> = {
  "changes.show": changes,
  "changes.add": entryAdded,
  "changes.release": released,
  "event.list": events,
  "backup.now": backupMade,
  "backup.list": backups,
  "backup.restore": restored,
  "daemon.status": daemonStatus,
};
