// Opening an item: its key, its checklist and its document by the policy of its service.
import { randomInt } from "node:crypto";
import { checklistFor, documentPath } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Item } from "../../protocol/work.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { StoredService } from "../service/service.ts";
import type { Call, Tx, World } from "../world.ts";
import { insertItem, type StoredItem } from "./store.ts";

// Without letters and digits that are read for one another.
const alphabet = "23456789abcdefghjkmnpqrstvwxyz";
const newKey = (): string => Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join("");

type New = Pick<Item, "title" | "type" | "labels" | "description">;

/** Opens an item in a transaction of its own. */
export async function createItem(
  world: World,
  opened: Opened,
  service: StoredService,
  wanted: New,
  call: Call,
): Promise<StoredItem> {
  const prepared = await prepare(opened, service, wanted);
  return call.write((tx) => insert(world, tx, service, prepared));
}

/** What the policy adds to a new item; asked before the transaction, because git may take its time. */
export async function prepare({ repo, objects }: Opened, service: StoredService, wanted: New) {
  const { policy } = await policyNow(repo, objects, service.trunk, service.name);
  return { ...wanted, policy, checklist: checklistFor(policy, wanted.type).map((text) => ({ text, done: false })) };
}

/** For rooms that this one imports: prepares an item of a service, and returns what opens it in a transaction of theirs. */
export const itemMaker = (world: World, repos: Repos) => async (service: StoredService, wanted: New) => {
  const prepared = await prepare(await repos.open(service.repo), service, wanted);
  return (tx: Tx): Promise<StoredItem> => insert(world, tx, service, prepared);
};

export async function insert(
  world: World,
  tx: Tx,
  service: StoredService,
  { policy, ...wanted }: Awaited<ReturnType<typeof prepare>>,
): Promise<StoredItem> {
  const about = {
    key: newKey(),
    created: world.clock.now().toISOString(),
    serviceId: service.id,
    service: service.name,
  };
  const item = await insertItem(tx.db, { ...wanted, ...about }, (id) => documentPath(policy, { ...wanted, id }));
  await tx.happened("work.added", { item: item.id, service: service.name, data: { title: item.title } });
  return item;
}
