// Forgetting a service, retiring it, and bringing a retired one back.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { dependenciesOf } from "./dependencies.ts";
import { enforce, isShared, release, repoOf } from "./enforce.ts";
import { forgetService } from "./register.ts";
import { resolveService } from "./resolve.ts";
import { shownService } from "./show.ts";
import { changeService, openItems, type StoredService, serviceByName } from "./store.ts";

type Methods = Pick<Implements<Api["service"], Call>, "remove" | "retire" | "restore">;

export function leaving(world: World, repos: Repos): Methods {
  return {
    async remove(params, call) {
      const service = await resolveService(world, repos, params, { retired: true });
      if (!params.force) await mustBeIdle(service, "Finish or drop them first, or take --force: they are kept.");
      // The hooks of a retired service are out.
      if (service.retired !== null || (await isShared(world, service))) return leaveShared(service, call);
      const restored = await release(repos, service);
      return call.answer(async (tx) => {
        await forgetService(tx, world, service);
        return { name: service.name, restored };
      });
    },

    async retire(params, call) {
      const service = await resolveService(world, repos, params, { retired: true });
      if (service.retired !== null) throw new Fault("conflict", `${service.name} is retired already.`);
      await mustBeIdle(
        service,
        "Finish or drop them first; or give them to another service: calcifer work edit <item> --service <name>",
      );
      await mustBeUnneeded(service);
      const retired = world.clock.now().toISOString();
      const shared = await isShared(world, service);
      if (!shared) await release(repos, service);
      await call.write(async (tx) => {
        await changeService(tx.db, service.id, { retired, retired_reason: params.reason });
        await tx.happened("service.retired", { service: service.name, data: { reason: params.reason } });
      });
      const repo = shared ? await repoOf(repos, service) : undefined;
      if (repo) await enforce(world, repos, repo);
      const shown = await shownService(world, repos, { ...service, retired, retired_reason: params.reason });
      return call.answer(async () => shown);
    },

    async restore(params, call) {
      const service = await serviceByName(world.db, params.service, { retired: true });
      if (service.retired === null) throw new Fault("conflict", `${service.name} is not retired.`);
      const repo = await repoOf(repos, service);
      if (repo === undefined)
        throw new Fault("missing", `The repository of ${service.name} is not at ${service.repo} any more.`, {
          hint: "Put it back there, then try again.",
        });
      const back = { retired: null, retired_reason: "" };
      await call.write(async (tx) => {
        await changeService(tx.db, service.id, back);
        await tx.happened("service.restored", { service: service.name, data: {} });
      });
      await enforce(world, repos, repo);
      const shown = await shownService(world, repos, { ...service, ...back });
      return call.answer(async () => shown);
    },
  };

  async function mustBeIdle(service: StoredService, hint: string): Promise<void> {
    const open = (await openItems(world.db)).get(service.id) ?? 0;
    if (open === 0) return;
    throw new Fault("refused", `${service.name} has ${open} open ${open === 1 ? "item" : "items"}.`, {
      reasons: [
        {
          check: "items",
          message: "They would be left without a service.",
          next: `calcifer work list --service ${service.name}`,
        },
      ],
      hint,
    });
  }

  async function mustBeUnneeded(service: StoredService): Promise<void> {
    const needing = (await dependenciesOf(world.db)).filter(({ to }) => to === service.name);
    if (needing.length === 0) return;
    throw new Fault("refused", `${service.name} is needed: by ${needing.map(({ from }) => from).join(", ")}.`, {
      reasons: needing.map(({ from }) => ({
        check: "dependencies",
        message: `${from} does not work without it.`,
        next: `calcifer service undepend ${from} ${service.name}`,
      })),
      hint: "Take those dependencies back first, if they are no more.",
    });
  }

  /** The hooks stay for the services that are left, and forget this one. */
  async function leaveShared(service: StoredService, call: Call): Promise<{ name: string; restored: string[] }> {
    await call.write((tx) => forgetService(tx, world, service));
    const repo = (await isShared(world, service)) ? await repoOf(repos, service) : undefined;
    if (repo) await enforce(world, repos, repo);
    return call.answer(async () => ({ name: service.name, restored: [] }));
  }
}
