// What a changes file is compared with: the version the branch began with, and whether an entry is wanted. Asks git once for two commits.
import path from "node:path";
import { type Entry, entries, fragmentFolder, isFragmentOf } from "../../gate/changes.ts";
import { mergeBase } from "../../gate/merge-base.ts";
import { branchTip, folderOf } from "../../gate/refs.ts";
import { Latest } from "../../gate/remember.ts";
import { type Objects, type Repo, readText } from "../../gate/repo.ts";
import { Trees, treeOf } from "../../gate/trees.ts";
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

// An old changes file has tens of thousands of entries; most branches began with the same file.
const read = new Latest<Entry[]>(8);
const blobs = new Latest<string>(500);

/** Neither the files of a commit nor a blob change, so each is read once. */
async function entriesAt({ repo, objects }: Opened, commit: string, file: string): Promise<Entry[]> {
  const place = `${repo.commonDir}\0${commit}\0${file}`;
  const blob = blobs.get(place) ?? (await blobAt(objects, commit, file));
  if (!blob) return [];
  blobs.set(place, blob);
  const key = `${repo.commonDir}\0${blob}`;
  return read.get(key) ?? read.set(key, entries((await objects.readText(blob)) ?? ""));
}

async function blobAt(objects: Objects, commit: string, file: string): Promise<string | undefined> {
  const tree = await treeOf(objects, commit);
  // What cannot be read is as good as not there.
  const found = tree && (await new Trees(objects).at(tree, file).catch(() => undefined));
  return found?.split(" ")[1];
}

/** The commit a branch left the trunk at; on the trunk and on no branch, where HEAD is. */
async function beginning(repo: Repo, branch: string | undefined, trunk: string): Promise<string | undefined> {
  const detached = branch === undefined ? readText(path.join(repo.gitDir, "HEAD"))?.trim() : undefined;
  const tip = branch === undefined ? detached : await branchTip(repo, branch);
  if (tip === undefined || branch === undefined || branch === trunk) return tip;
  const trunkTip = await branchTip(repo, trunk);
  if (trunkTip === undefined || trunkTip === tip) return tip;
  return (await mergeBase(repo, trunkTip, tip)) ?? tip;
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

/** As it lies in the work tree. */
function hasFragment({ opened, file }: Place, item: number): boolean {
  const folder = fragmentFolder(file);
  return folderOf(path.join(opened.repo.top, folder)).some(({ name }) => isFragmentOf(file, item, `${folder}/${name}`));
}
