// What follows when refs of a repository moved: events, recorded commits, marks for the hooks, renamed branches.
import { existsSync } from "node:fs";
import path from "node:path";
import { log } from "../../gate/log.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { type ItemMark, marks, notesFolder, type Repo } from "../../gate/repo.ts";
import { enforce, type StoredService, servicesOfRepo } from "../service/service.ts";
import {
  changeItem,
  forgetCommits,
  itemByKey,
  type RecordedCommit,
  recordCommits,
  recordedCommits,
  type StoredItem,
} from "../work/work.ts";
import type { Tx, World } from "../world.ts";
import { markBranch, markedBranches, unmarkBranch, writeGuard } from "./marks.ts";
import type { Opened, Repos } from "./repos.ts";

/** Where a repository stands. */
export interface Heads {
  /** commits by branch */
  tips: Map<string, string>;
  /** what HEAD says, by work tree */
  checkedOut: Map<string, string>;
  /** the changes files of the policies in force, once they are known */
  changesFiles?: string | undefined;
}

// A branch that was taken over may bring years of commits; nobody reads an event for each.
const mostEvents = 50;

interface Found {
  item: StoredItem;
  commits: RecordedCommit[];
  gone: string[];
  /** commits before this are no news: an adopted branch brought them along */
  newsFrom: string;
}

/** @param before undefined at the first look: what the daemon missed is recorded, but nothing has moved */
export async function settle(
  world: World,
  repos: Repos,
  opened: Opened,
  before: Heads | undefined,
  now: Heads,
): Promise<void> {
  const { repo } = opened;
  const services = await servicesOfRepo(world.db, repo.commonDir);
  if (services.length === 0) return;
  const mine = await marks(repo);
  await attempt(world, "the marks for hooks could not be brought in step", async () => syncMarkers(repo, mine, now));
  for (const [branch, mark] of mine)
    await attempt(world, "a renamed branch could not be followed", () => followRename(world, branch, mark, mine, now));
  const found = await newCommits(world, opened, services, mine, before, now);
  const refs = before ? movedRefs(before, now) : [];
  if (refs.length > 0 || found.length > 0)
    await world.ownCall().write(async (tx) => {
      for (const one of found) await record(tx, one);
      for (const { name } of refs.length > 0 ? services : [])
        await tx.happened("service.moved", { service: name, data: { repo: repo.top, refs } });
    });
  const known = before?.changesFiles;
  const same = known !== undefined && services.every((s) => before?.tips.get(s.trunk) === now.tips.get(s.trunk));
  now.changesFiles = known;
  if (!same)
    await attempt(world, "what hooks protect could not be brought in step", async () => {
      now.changesFiles = await guardAgain(world, repos, opened, known, services);
    });
}

/** What fails here fails alone: the moves are told all the same, and once. */
async function attempt(world: World, what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    world.log.warn({ err: error }, what);
  }
}

function movedRefs(before: Heads, now: Heads): string[] {
  const changed = (a: Map<string, string>, b: Map<string, string>) =>
    [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  const heads = changed(before.tips, now.tips).map((branch) => `refs/heads/${branch}`);
  return changed(before.checkedOut, now.checkedOut).length > 0 ? [...heads, "HEAD"] : heads;
}

/** `git branch -m` takes the section of the config along, but not our file: hooks of the new name would not be asked. */
function syncMarkers(repo: Repo, mine: ReadonlyMap<string, ItemMark>, now: Heads): void {
  const marked = new Set(markedBranches(repo.commonDir));
  for (const branch of mine.keys()) if (!marked.has(branch) && now.tips.has(branch)) markBranch(repo.commonDir, branch);
  // A branch that is there may be about to become an item's; its mark is left to whoever is at it.
  for (const branch of marked) if (!mine.has(branch) && !now.tips.has(branch)) unmarkBranch(repo.commonDir, branch);
}

async function followRename(
  world: World,
  branch: string,
  { key }: ItemMark,
  mine: ReadonlyMap<string, ItemMark>,
  now: Heads,
): Promise<void> {
  const item = now.tips.has(branch) ? await itemByKey(world.db, key) : undefined;
  if (!item || item.branch === null || item.branch === branch) return;
  if (now.tips.has(item.branch) || mine.has(item.branch)) return;
  await world.ownCall().write(async (tx) => {
    await changeItem(tx.db, item.id, { branch });
    await tx.happened("work.edited", { item: item.id, service: item.service, data: { changed: ["branch"] } });
  });
}

async function newCommits(
  world: World,
  opened: Opened,
  services: StoredService[],
  mine: ReadonlyMap<string, ItemMark>,
  before: Heads | undefined,
  now: Heads,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const [branch, mark] of mine) {
    const tip = now.tips.get(branch);
    const old = before?.tips.get(branch);
    if (tip === undefined || (before && tip === old)) continue;
    const item = await itemByKey(world.db, mark.key);
    const trunk = now.tips.get(services.find((s) => s.id === item?.serviceId)?.trunk ?? "");
    if (!item || item.branch !== branch || trunk === undefined || tip === trunk) continue;
    const known = new Set((await recordedCommits(world.db, item.id)).map((c) => c.id));
    if (known.has(tip) && !old) continue;
    const [commits, gone] = await Promise.all([
      commitsOf(opened.repo, tip, [trunk]),
      old ? commitsOf(opened.repo, old, [tip, trunk]) : [],
    ]);
    const fresh = commits.filter((c) => !known.has(c.id));
    const lost = gone.map((c) => c.id).filter((id) => known.has(id));
    if (fresh.length > 0 || lost.length > 0)
      found.push({
        item,
        commits: fresh,
        gone: lost,
        newsFrom: !before || old !== undefined ? "" : wholeSecond(item.started),
      });
  }
  return found;
}

/** Oldest first, merges left out. */
async function commitsOf(repo: Repo, tip: string, not: string[]): Promise<RecordedCommit[]> {
  const found = await log(repo.git, ["--no-merges", "-n", "1000", tip, "--not", ...not]);
  return found.map(({ id, subject, author, at }) => ({ id, subject, author, at })).reverse();
}

/** git's times have no fractions: a commit of the second in which work began came after that. */
const wholeSecond = (time: string | null): string => `${(time ?? "").slice(0, 19)}.000Z`;

async function record(tx: Tx, { item, commits, gone, newsFrom }: Found): Promise<void> {
  await forgetCommits(tx.db, item.id, gone);
  // `calcifer commit` may have been quicker, and said so itself.
  const added = await recordCommits(tx.db, item.id, commits);
  for (const { id, subject } of added.filter((c) => c.at >= newsFrom).slice(-mostEvents))
    await tx.happened("work.committed", { item: item.id, service: item.service, data: { commit: id, subject } });
}

/** What hooks protect, kept in step with the policy on the trunk. */
async function guardAgain(
  world: World,
  repos: Repos,
  { repo, objects }: Opened,
  before: string | undefined,
  services: StoredService[],
): Promise<string> {
  const policies = (await Promise.all(services.map((s) => policyNow(repo, objects, s.trunk, s.name)))).map(
    (p) => p.policy,
  );
  const files = [...new Set(policies.map((p) => p.changes.file))].join("\n");
  if (!existsSync(path.join(repo.commonDir, notesFolder, "install.json"))) return files;
  writeGuard(repo.commonDir, {
    protected: [...new Set(policies.flatMap((p) => p.protected))],
    strict: policies.some((p) => p.strict),
  });
  // The merge driver is set up for files by their names.
  if (before !== undefined && before !== files) await enforce(world, repos, repo);
  return files;
}
