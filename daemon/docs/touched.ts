// Documents that mention what an item's branch touches: what may have to be written again with it.
import { setImmediate as breath } from "node:timers/promises";
import { worktreeOf } from "../../gate/judge.ts";
import type { Result } from "../../protocol/contract.ts";
import type { docs } from "../../protocol/docs.ts";
import { uncommittedIn } from "../git/commit.ts";
import type { Repos } from "../git/repos.ts";
import { servicesOfRepo } from "../service/service.ts";
import { itemDiff, locate, resolveItem } from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { mentionsOf } from "./mentions.ts";
import { documentTexts } from "./store.ts";

export type Touched = Result<(typeof docs)["methods"]["touched"]>;

/**
 * Of all services that share the item's repository.
 * @throws Fault missing
 */
export async function touchedDocuments(
  world: World,
  repos: Repos,
  asked: { item?: number | string | undefined; repo?: string | undefined },
  call: Call,
): Promise<Touched> {
  const located = await locate(world, repos, await resolveItem(world, repos, asked));
  const { item, service, opened } = located;
  const { files } = await itemDiff(world, located, call);
  const folder = item.branch === null ? undefined : await worktreeOf(opened.repo, item.branch);
  const open = folder === undefined ? [] : await uncommittedIn((await repos.open(folder)).repo);
  // Every branch writes its entry and its own document; that says nothing of others.
  const own = new Set([service.changes, item.document]);
  const touched = [...new Set([...files, ...open].map((file) => file.path))].filter((file) => !own.has(file));
  if (touched.length === 0) return { documents: [] };
  const edited = new Set(touched);
  const mentionsIn = mentionsOf(touched);
  const documents: Touched["documents"] = [];
  for (const { id, name } of await servicesOfRepo(world.db, service.git_dir))
    for await (const { path, title, body } of allTexts(world, id)) {
      const found = mentionsIn(body, path);
      if (found.length > 0) documents.push({ service: name, path, title, mentions: found, edited: edited.has(path) });
    }
  // What nobody has looked at yet comes first.
  documents.sort((a, b) => Number(a.edited) - Number(b.edited) || b.mentions.length - a.mentions.length);
  return { documents };
}

/** Documents looked through before others of the daemon's get their turn. */
const slice = 20;

async function* allTexts(world: World, service: number) {
  for (let after = ""; ; ) {
    const page = await documentTexts(world.db, service, after, slice);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < slice) return;
    after = last.path;
    await breath();
  }
}
