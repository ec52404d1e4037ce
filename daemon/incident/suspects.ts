// What went to the trunk or live before an incident: first what the database knows, later what git knows.
import { addedEntries } from "../../gate/changes.ts";
import { fields, type Git } from "../../gate/git.ts";
import { matches } from "../../gate/policy-glob.ts";
import { cut } from "../../protocol/count.ts";
import type { Suspect } from "../../protocol/incident.ts";
import { listEvents } from "../event/event.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { dependenciesOf, type StoredService, serviceById, serviceByName } from "../service/service.ts";
import { itemById } from "../work/work.ts";
import type { World } from "../world.ts";
import { mostSuspects, rank, suspectedFor } from "./rules.ts";
import type { Db } from "./store.ts";

const since = (at: Date): number => at.getTime() - suspectedFor;

/** The service and what it needs, at any remove: whose changes may be the cause. */
async function suspected(db: Db, serviceId: number): Promise<StoredService[]> {
  const own = await serviceById(db, serviceId);
  if (own === undefined) return [];
  const needs = await dependenciesOf(db);
  const names = new Set([own.name]);
  // A set is walked on to what is added meanwhile.
  for (const name of names) for (const { from, to } of needs) if (from === name) names.add(to);
  return Promise.all([...names].map((name) => serviceByName(db, name, { retired: true })));
}

/** From the event log alone, so that it may be asked inside a transaction. */
export async function knownSuspects(db: Db, serviceId: number, environment: string, at: Date): Promise<Suspect[]> {
  const found: Suspect[] = [];
  for (const { name } of await suspected(db, serviceId))
    found.push(...(await mergedItems(db, name, at)), ...(await liveVersions(db, name, environment, at)));
  return rank(found);
}

async function eventsOf(db: Db, name: string, service: string, at: Date) {
  const events = await listEvents(db, { name, service, since: 0, newest: true, limit: mostSuspects * 2 });
  return events.filter((e) => Date.parse(e.at) >= since(at) && Date.parse(e.at) <= at.getTime());
}

async function mergedItems(db: Db, service: string, at: Date): Promise<Suspect[]> {
  const events = await eventsOf(db, "work.merged", service, at);
  return Promise.all(
    events.map(async (event) => {
      const item = event.item === null ? undefined : await itemById(db, event.item).catch(() => undefined);
      return {
        at: event.at,
        how: "merged" as const,
        service,
        commit: textOf(event.data.commit),
        item: event.item,
        title: item?.title ?? "a work item",
      };
    }),
  );
}

async function liveVersions(db: Db, service: string, environment: string, at: Date): Promise<Suspect[]> {
  const events = await eventsOf(db, "service.live", service, at);
  return (
    events
      // The first version a probe reads is no change: it may have been there for long.
      .filter(({ data }) => data.environment === environment && !(data.source === "probe" && data.before === null))
      .map((event) => ({
        at: event.at,
        how: "live" as const,
        service,
        commit: textOf(event.data.commit),
        item: null,
        title: textOf(event.data.version) ?? "another version",
      }))
  );
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** The same with the commits of the trunks, and the entries that came with them. A repository that cannot be read adds nothing. */
export async function allSuspects(
  world: World,
  repos: Repos,
  incident: { serviceId: number; environment: string; failed: string },
): Promise<Suspect[]> {
  const at = new Date(incident.failed);
  const known = await knownSuspects(world.db, incident.serviceId, incident.environment, at);
  const services = await suspected(world.db, incident.serviceId);
  const commits = await Promise.all(services.map((s) => commitsOf(repos, s, at).catch(() => [])));
  // Known ones first: of two for one commit, the one with the item stays.
  const all = rank([...known, ...commits.flat()]);
  return Promise.all(all.map((s) => withEntry(repos, services, s).catch(() => s)));
}

/** Looked at where a service has a part of its repository only. */
const mostCommits = 30;

async function commitsOf(repos: Repos, service: StoredService, at: Date): Promise<Suspect[]> {
  const { repo } = await repos.open(service.repo);
  const range = [`--since=@${Math.floor(since(at) / 1000)}`, `--until=@${Math.floor(at.getTime() / 1000)}`];
  const how = ["-z", "--first-parent", "--no-show-signature", "--format=%H %ct %s", "-n", `${mostCommits}`];
  const listed = await repo.git(["log", ...how, ...range, `refs/heads/${service.trunk}`, "--"]);
  const found: Suspect[] = [];
  for (const row of fields(listed)) {
    const [, commit = "", seconds, subject = ""] = /^\n?([0-9a-f]{40,64}) (\d+) (.*)$/s.exec(row) ?? [];
    if (commit === "" || !(await isOf(service, repo.git, commit))) continue;
    found.push({
      at: new Date(Number(seconds) * 1000).toISOString(),
      how: "merged",
      service: service.name,
      commit,
      item: null,
      title: cut(subject, 200) || "a commit without a subject",
    });
  }
  return found;
}

/** Of services that share a repository, each has its own files. */
async function isOf({ paths }: StoredService, git: Git, commit: string): Promise<boolean> {
  if (paths.length === 0) return true;
  const how = ["-1", "-z", "--first-parent", "-m", "--name-only", "--no-renames", "--format="];
  return fields(await git(["log", ...how, commit, "--"])).some((file) => matches(paths, file));
}

async function withEntry(repos: Repos, services: StoredService[], suspect: Suspect): Promise<Suspect> {
  const service = services.find((s) => s.name === suspect.service);
  if (suspect.how === "live" || suspect.commit === null || service === undefined) return suspect;
  const entry = await entryOf(await repos.open(service.repo), service.changes, suspect.commit);
  if (entry === undefined || suspect.title.includes(entry)) return suspect;
  // The item's number stands before its title.
  const own = entry.replace(` (#${suspect.item})`, "");
  return { ...suspect, title: suspect.item === null ? entry : `${suspect.title}: ${own}` };
}

/** The first entry a commit brought to the trunk. */
async function entryOf({ objects }: Opened, changes: string, commit: string): Promise<string | undefined> {
  const [base, now] = await Promise.all([
    objects.readText(`${commit}^1:${changes}`),
    objects.readText(`${commit}:${changes}`),
  ]);
  return now === undefined
    ? undefined
    : addedEntries(base ?? "", now)[0]
        ?.text.split("\n")[0]
        ?.slice(0, 200);
}
