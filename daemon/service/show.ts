// Services as faces see them: the row, what is live, what is needed, what is open, and whether hooks are in force.
import type { Service } from "../../protocol/service.ts";
import type { Repos } from "../git/repos.ts";
import type { World } from "../world.ts";
import { needsByService } from "./dependencies.ts";
import { liveOf } from "./live-record.ts";
import { hooksState } from "./resolve.ts";
import { openItems, type StoredService } from "./store.ts";

export const shownService = async (world: World, repos: Repos, service: StoredService): Promise<Service> =>
  (await shownServices(world, repos, [service]))[0] as Service;

export async function shownServices(
  world: World,
  repos: Repos,
  services: readonly StoredService[],
): Promise<Service[]> {
  const only = services.length === 1 ? services[0]?.id : undefined;
  const [open, needed, live, hooks] = await Promise.all([
    openItems(world.db),
    needsByService(world.db, only),
    liveOf(world.db, only),
    hooksOf(repos, services),
  ]);
  return services.map((service) => {
    const { id, git_dir: _, retired_reason, template, ...same } = service;
    return {
      ...same,
      ...(retired_reason !== "" && { retiredReason: retired_reason }),
      dependsOn: needed.get(id) ?? [],
      environments: live.get(id) ?? [],
      template: template && { name: template.name, version: template.version },
      hooks: hooks.get(service.repo) ?? "cannot tell",
      items: open.get(id) ?? 0,
    };
  });
}

// After a start each is two processes of git: more at once only make each other, and whoever else asks, wait.
const atOnce = 8;

/** Asked once for each repository, however many services share it; remembered in git/in-force.ts. */
async function hooksOf(repos: Repos, services: readonly StoredService[]): Promise<Map<string, Service["hooks"]>> {
  const found = new Map<string, Service["hooks"]>();
  const places = [...new Set(services.map((s) => s.repo))].values();
  const ask = async () => {
    for (const repo of places) found.set(repo, (await hooksState(repos, { repo })).state);
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return found;
}
