// Which service a person means, and whether git runs our hooks there.
import { Fault } from "../../protocol/errors.ts";
import type { Service } from "../../protocol/service.ts";
import { hooksNow } from "../git/in-force.ts";
import type { Repos } from "../git/repos.ts";
import type { World } from "../world.ts";
import { type StoredService, serviceByName, servicesOfRepo } from "./store.ts";

export type HooksState = Service["hooks"];

/** Whether git runs our hooks in a service's repository, found out cheaply. */
export async function hooksState(
  repos: Repos,
  service: Pick<StoredService, "repo">,
  options: { fresh?: boolean } = {},
): Promise<{ state: HooksState; why: string }> {
  try {
    const { repo } = await repos.open(service.repo);
    const found = await hooksNow(repo, options);
    return {
      state: found.state === "yes" ? "in force" : found.state === "no" ? "not in force" : "cannot tell",
      why: found.why,
    };
  } catch (error) {
    return { state: "cannot tell", why: error instanceof Fault ? error.message : String(error) };
  }
}

/**
 * The service a person means: the named one, else that of the repository.
 * @param retired a retired one will do, too, if it is named
 * @throws Fault missing | invalid, when the repository has none, or several
 */
export async function resolveService(
  world: World,
  repos: Repos,
  asked: { service?: string | undefined; repo?: string | undefined },
  { retired = false } = {},
): Promise<StoredService> {
  if (asked.service !== undefined) return serviceByName(world.db, asked.service, { retired });
  if (asked.repo === undefined) throw new Fault("invalid", "service: No service was named, and no repository either.");
  const { repo } = await repos.open(asked.repo);
  const all = await servicesOfRepo(world.db, repo.commonDir, { retired: true });
  const [only, second] = all.filter((s) => s.retired === null);
  if (!only && all[0])
    throw new Fault("missing", `${all[0].name}, the service of ${repo.top}, is retired.`, {
      hint: `Bring it back: calcifer service restore ${all[0].name}`,
    });
  if (!only)
    throw new Fault("missing", `${repo.top} is not registered as a service.`, {
      hint: "Register it: calcifer service add .",
    });
  if (second)
    throw new Fault(
      "invalid",
      `Several services share ${repo.top}: ${all
        .filter((s) => s.retired === null)
        .map((s) => s.name)
        .join(", ")}.`,
      {
        hint: "Name one: --service <name>",
      },
    );
  return only;
}
