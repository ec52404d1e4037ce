// Copies of the database: making, listing, putting one back.
import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import type { Api } from "../../protocol/api.ts";
import type { Backup } from "../../protocol/backup.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { newestFirst, readName, superfluous, type Why } from "../db/names.ts";
import { backupsFolder, type Store } from "../db/open.ts";
import type { Feed } from "../event/event.ts";
import type { Call, World } from "../world.ts";
import { prepared } from "./restore.ts";

export function backupRoom(world: World, store: Store, feed: Feed): Implements<Api["backup"], Call> {
  return {
    now: async (_, call) => {
      const backup = await makeCopy(world, store, call, "asked");
      return { ...backup, path: path.join(backupsFolder(world.folders.data), backup.name) };
    },
    list: async () => {
      const folder = backupsFolder(world.folders.data);
      return { folder, backups: copies(folder) };
    },
    restore: async ({ name, yes }, call) => {
      const folder = backupsFolder(world.folders.data);
      const chosen = copies(folder).find((backup) => backup.name === name);
      if (!chosen)
        throw new Fault("missing", `There is no copy ${name} in ${folder}.`, { hint: "calcifer backup list" });
      const plan = [
        `Check ${name}, made ${chosen.at}.`,
        `Copy the database as it is now into ${folder}.`,
        `Put the content of ${name} in its place; what was recorded after ${chosen.at} will only be in that copy.`,
      ];
      if (!yes) return { restored: false, name, kept: null, plan };
      const kept = await restore(world, store, feed, call, path.join(folder, name));
      return { restored: true, name, kept, plan };
    },
  };
}

/** Copies the database and deletes what is then too many of that kind. */
export async function makeCopy(world: World, store: Store, call: Call, why: Why): Promise<Backup> {
  const name = await store.copy(world.clock.now(), why);
  await call.write((tx) => tx.happened("backup.made", { data: { name, why } }));
  const folder = backupsFolder(world.folders.data);
  prune(folder);
  return describe(folder, name);
}

/** The copies there are, newest first. */
export function copies(folder: string): Backup[] {
  return newestFirst(readdirSync(folder)).map((name) => describe(folder, name));
}

function describe(folder: string, name: string): Backup {
  const read = readName(name) as { at: string; why: Why };
  return { name, ...read, bytes: statSync(path.join(folder, name)).size };
}

function prune(folder: string): void {
  for (const name of superfluous(readdirSync(folder))) rmSync(path.join(folder, name), { force: true });
}

async function restore(world: World, store: Store, feed: Feed, call: Call, file: string): Promise<string> {
  const kept = await store.alone(async () => {
    const before = await store.copyInLine(world.clock.now(), "restore");
    const { native, event, discard } = await prepared(store, file, {
      at: world.clock.now().toISOString(),
      by: call.by,
    });
    try {
      await store.takeOver(native);
    } finally {
      discard();
    }
    feed.publish([event]);
    return before;
  });
  prune(backupsFolder(world.folders.data));
  return kept;
}
