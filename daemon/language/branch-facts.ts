// What a changes file is compared with: the version the branch began with, and whether an entry is wanted. Asks git once for two commits.
import path from "node:path";
import { type Entry, entries } from "../../gate/changes.ts";
import { text } from "../../gate/git.ts";
import { branchTip, folderOf } from "../../gate/refs.ts";
import { Latest } from "../../gate/remember.ts";
import { type Repo, readText } from "../../gate/repo.ts";
import { isUnknown } from "../../gate/unknown.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Opened } from "../git/repos.ts";
import { locate } from "../work/work.ts";
import type { ChangesFacts } from "./changes-findings.ts";
import { itemHere } from "./items.ts";
import type { Around } from "./language.ts";
import type { Governed, Place } from "./places.ts";

export interface BranchState {
  facts: Omit<ChangesFacts, "known">;
  service: Governed;
  /** entries are kept one to a file, and the item has one */
  fragment: "none" | "there" | "missing";
}

export async function branchState(around: Around, place: Place): Promise<BranchState> {
  const { repo } = place.opened;
  const { branch, mark, own, active } = await itemHere(around, place);
  const service = place.services.find((s) => s.service.name === mark?.service) ?? place.services[0];
  const { policy } = service;
  const item = mark && active ? { id: mark.id, title: own?.title ?? mark.title } : undefined;
  const base = await beginning(repo, branch, service.service.trunk);
  const before = base === undefined ? [] : await entriesAt(place.opened, base, place.file);
  const inFile = policy.changes.entries === "file";
  const blocks = policy.merge.require.includes("entry");
  const wanted = item !== undefined && inFile && (blocks || policy.changes.commit !== "off");
  const needed = wanted && !(own && (await isWaived(around, own)));
  return {
    facts: { file: place.file, item, needed, blocks, before },
    service,
    fragment: inFile || !item ? "none" : hasFragment(place, item.id) ? "there" : "missing",
  };
}

const read = new Latest<Entry[]>(50);

/** A commit's files do not change, so each is read once. */
async function entriesAt({ repo, objects }: Opened, commit: string, file: string): Promise<Entry[]> {
  const key = `${repo.commonDir}\0${commit}\0${file}`;
  return read.get(key) ?? read.set(key, entries((await objects.readText(`${commit}:${file}`)) ?? ""));
}

const bases = new Latest<{ base: string | undefined }>(500);

/** The commit a branch left the trunk at; on the trunk and on no branch, where HEAD is. */
async function beginning(repo: Repo, branch: string | undefined, trunk: string): Promise<string | undefined> {
  const detached = branch === undefined ? readText(path.join(repo.gitDir, "HEAD"))?.trim() : undefined;
  const tip = branch === undefined ? detached : await branchTip(repo, branch);
  if (tip === undefined || branch === undefined || branch === trunk) return tip;
  const trunkTip = await branchTip(repo, trunk);
  if (trunkTip === undefined || trunkTip === tip) return tip;
  const key = `${repo.commonDir} ${trunkTip} ${tip}`;
  const known = bases.get(key);
  if (known) return known.base ?? tip;
  const base = text(await repo.git(["merge-base", trunkTip, tip]))?.split("\n")[0];
  bases.set(key, { base });
  return base ?? tip;
}

/** The gate asks for none: every commit is waived, or touches only what the policy ignores. */
async function isWaived(around: Around, own: Parameters<typeof locate>[2]): Promise<boolean> {
  try {
    const { merge, facts } = await around.verdicts.of(await locate(around.world, around.repos, own));
    const entry = merge.checks.find((check) => check.id === "entry");
    return entry?.state === "yes" && !isUnknown(facts.entries) && facts.entries.length === 0;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** `changes/42-add-tls.md` beside the changes file, as it lies in the work tree. */
function hasFragment({ opened, file }: Place, item: number): boolean {
  const folder = path.join(opened.repo.top, path.posix.dirname(file), "changes");
  return folderOf(folder).some(({ name }) => name.startsWith(`${item}-`) && name.endsWith(".md"));
}
