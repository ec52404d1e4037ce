// Which item a person means: `42`, `#42`, `.`, or nothing for the one whose branch is checked out here.
import { headBranch, marks } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import type { World } from "../world.ts";
import { itemById, itemByKey, type StoredItem } from "./store.ts";

/** @throws Fault invalid | missing */
export async function resolveItem(
  world: World,
  repos: Repos,
  asked: { item?: number | string | undefined; repo?: string | undefined },
): Promise<StoredItem> {
  const { item } = asked;
  if (typeof item === "number") return itemById(world.db, item);
  if (item !== undefined && item !== "." && item.trim() !== "") return itemById(world.db, numberOf(item));
  const active = await activeItem(world, repos, asked.repo);
  if (active.item) return active.item;
  throw new Fault("missing", active.why, { hint: "Name the item, such as 42. See what there is: calcifer work list" });
}

function numberOf(text: string): number {
  const digits = /^#?(\d{1,15})$/.exec(text.trim())?.[1];
  if (!digits)
    throw new Fault(
      "invalid",
      `item: ${JSON.stringify(text)} is not the number of a work item; it looks like 42 or #42.`,
    );
  return Number(digits);
}

/** The item whose branch is checked out, or why there is none. */
export async function activeItem(
  world: World,
  repos: Repos,
  repo: string | undefined,
): Promise<{ item?: StoredItem; why: string }> {
  if (repo === undefined) return { why: "No work item was named, and no repository either." };
  const { repo: opened } = await repos.open(repo);
  const branch = await headBranch(opened);
  if (branch === undefined) return { why: "No work item was named, and HEAD is on no branch here." };
  const mark = (await marks(opened)).get(branch);
  if (!mark) return { why: `No work item was named, and the branch ${branch} belongs to none.` };
  const item = await itemByKey(world.db, mark.key);
  if (item) return { item, why: "" };
  return {
    why: `The branch ${branch} belongs to #${mark.id} "${mark.title}" of another database; take it over with: calcifer work adopt ${branch}`,
  };
}
