// Remotes of all services' repositories: the door of the room.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Synced } from "../../protocol/remote.ts";
import { remoteOf } from "../git/remote.ts";
import type { Repos } from "../git/repos.ts";
import { allServices, type StoredService, serviceByName } from "../service/service.ts";
import { notePushed } from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { remoteTip } from "./branches.ts";
import { type Shared, synced } from "./one.ts";
import { sumUp, type Wish } from "./rules.ts";

/** Repositories at once. */
const atOnce = 4;

export function remoteRoom(world: World, repos: Repos): Implements<Api["remote"], Call> {
  const act =
    (wish: Wish) =>
    async ({ services }: { services: string[] }, call: Call) => {
      const shared = byRepo(await asked(services));
      const done = await carriedOut(shared, wish, call);
      return call.answer(async () => ({ repos: done, line: sumUp(wish, done) }));
    };
  return { fetch: act("fetch"), pull: act("pull"), push: act("push"), sync: act("sync") };

  /** What was done is noted also where the rest was called off. */
  async function carriedOut(shared: Shared[], wish: Wish, call: Call): Promise<Synced[]> {
    try {
      return await inTurns(shared, call, (one) => synced(repos, one, wish, call.signal));
    } finally {
      await takeNote(shared, call);
    }
  }

  /** What a remote has now was pushed, whoever did it. */
  async function takeNote(shared: Shared[], call: Call): Promise<void> {
    for (const { services, repo: folder } of shared)
      for (const { trunk, git_dir: gitDir } of services) {
        const repo = (await repos.open(folder).catch(() => undefined))?.repo;
        const remote = repo && (await remoteOf(repo, trunk).catch(() => undefined));
        const tip = repo && remote && (await remoteTip(repo, remote, trunk));
        if (repo && tip) await notePushed(world, { repo, gitDir, trunk }, tip, call);
      }
  }

  async function asked(names: string[]): Promise<StoredService[]> {
    if (names.length === 0) return allServices(world.db);
    return Promise.all([...new Set(names)].map((name) => serviceByName(world.db, name)));
  }
}

/** Each repository once, however many services share it. */
function byRepo(services: StoredService[]): Shared[] {
  const found = new Map<string, Shared>();
  for (const service of services) {
    const known = found.get(service.git_dir);
    if (known) known.services.push(service);
    else found.set(service.git_dir, { repo: service.repo, services: [service] });
  }
  return [...found.values()];
}

/** A few at a time, in the order asked for. */
async function inTurns(all: Shared[], call: Call, act: (one: Shared) => Promise<Synced>): Promise<Synced[]> {
  const results: Synced[] = [];
  let [next, done] = [0, 0];
  const worker = async () => {
    for (let at = next++; at < all.length; at = next++) {
      if (call.signal.aborted) throw new Fault("cancelled", "You asked to stop.");
      const result = await act(all[at] as Shared);
      results[at] = result;
      call.progress(`${result.services.join(", ")}: ${result.outcome}`, Math.round((++done * 100) / all.length));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
  return results;
}
