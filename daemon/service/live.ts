// What is merged but not live, for each environment; and saying by hand what is live.
import { policyNow } from "../../gate/policy-in-force.ts";
import { branchTip } from "../../gate/refs.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Result } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Live } from "../../protocol/service.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { type Between, between, entriesBetween, standing } from "./between.ts";
import { forgetLive, liveOf, recordLive } from "./live-record.ts";
import { resolveService } from "./resolve.ts";
import { type LiveFacts, liveState } from "./rules.ts";
import { shownService } from "./show.ts";
import { itemsOfOthers, mergedItems, type StoredService, serviceByName } from "./store.ts";
import { commitOf, commitOfVersion } from "./version.ts";

type Methods = Pick<Implements<Api["service"], Call>, "live" | "live-set">;
type Compared = Result<Api["service"]["methods"]["live"]>["environments"][number];

/** What an environment is compared with. */
type Target = LiveFacts["target"];

export function liveMethods(world: World, repos: Repos): Methods {
  return {
    async live(params) {
      const service = await resolveService(world, repos, params, { retired: true });
      const known = (await liveOf(world.db, service.id)).get(service.id) ?? [];
      const find = (name: string) => known.find((one) => one.name === name)?.live ?? null;
      const { environment, against } = params;
      const asked =
        environment !== undefined
          ? [{ name: environment, live: find(environment) }]
          : known.filter(({ name }) => name !== against);
      const opened = await repos.open(service.repo).catch((error: unknown) => error as Error);
      if (opened instanceof Error)
        return {
          service: service.name,
          trunk: service.trunk,
          environments: asked.map(({ name, live }) => untold(name, live, opened.message)),
        };
      const tip = await branchTip(opened.repo, service.trunk);
      const target =
        against === undefined
          ? { name: service.trunk, commit: tip }
          : await environmentAs(opened, service, against, find(against), tip);
      const environments = [];
      for (const { name, live } of asked) environments.push(await compare(opened, service, name, live, tip, target));
      return { service: service.name, trunk: service.trunk, environments };
    },

    async "live-set"(params, call) {
      const service = await serviceByName(world.db, params.service);
      const version = params.version.trim();
      if (version === "") throw new Fault("invalid", "version: An empty text is no version.");
      const commit = version === "none" ? null : await commitOfVersion(repos, service, version);
      const { environment } = params;
      const report = { service, environment, source: "hand" as const, at: world.clock.now().toISOString() };
      await call.write(async (tx) => {
        const heard =
          version === "none" ? await forgetLive(tx, report) : await recordLive(tx, { ...report, version, commit });
        if (!heard) throw notHeard(environment, (await liveOf(tx.db, service.id)).get(service.id));
      });
      const shown = await shownService(world, repos, service);
      return call.answer(async () => shown);
    },
  };

  async function compare(
    opened: Opened,
    service: StoredService,
    environment: string,
    live: Live | null,
    tip: string | undefined,
    target: Target,
  ): Promise<Compared> {
    // A tag may have come after it was said what is live.
    const commit = live && (live.commit ?? (await commitOf(opened, live.version)));
    const at = commit === null ? { there: false, onTrunk: false } : await standing(opened, commit, tip);
    const lacks =
      at.onTrunk && target.commit ? await range(opened, commit as string, target.commit, service) : undefined;
    const more =
      at.onTrunk && target.commit ? await range(opened, target.commit, commit as string, service) : undefined;
    const judged = liveState({
      environment,
      version: live?.version,
      commit,
      target,
      ...at,
      trunk: service.trunk,
      behind: lacks?.count,
      ahead: more?.count ?? 0,
      differs: lacks?.differs ?? false,
    });
    const told = { environment, live: live && { ...live, commit }, ...judged };
    if (lacks === undefined || judged.state === "unknown") return { ...told, behind: null, ...nothing };
    return {
      ...told,
      behind: lacks.count,
      commits: lacks.commits,
      entries: await entriesFor(opened, service, commit as string, target.commit as string),
      items: (await mergedItems(world.db, service.id))
        .filter((item) => item.commit !== null && lacks.range.has(item.commit))
        .map(({ id, title, merged }) => ({ id, title, merged })),
    };
  }

  /** Without those that are of other services only, where several share the file. */
  async function entriesFor(opened: Opened, service: StoredService, from: string, to: string): Promise<string[]> {
    if (from === to) return [];
    const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
    const found = await entriesBetween(opened, policy, from, to);
    const others = await itemsOfOthers(
      world.db,
      service.id,
      found.flatMap((entry) => entry.items),
    );
    return found
      .filter(({ items }) => items.length === 0 || items.some((item) => !others.has(item)))
      .map((entry) => entry.text);
  }
}

const nothing = { commits: [], entries: [], items: [] };

const untold = (environment: string, live: Live | null, why: string): Compared => ({
  environment,
  live,
  state: "unknown",
  why,
  behind: null,
  ...nothing,
});

/** undefined where git cannot tell. */
const range = (opened: Opened, from: string, to: string, { paths }: StoredService): Promise<Between | undefined> =>
  between(opened, from, to, paths).catch(() => undefined);

async function environmentAs(
  opened: Opened,
  service: StoredService,
  name: string,
  live: Live | null,
  tip: string | undefined,
): Promise<Target> {
  if (live === null) return { name, commit: undefined, why: `Nothing is known to be live in ${name}.` };
  const commit = live.commit ?? (await commitOf(opened, live.version));
  if (commit === null)
    return {
      name,
      commit: undefined,
      why: `${live.version}, live in ${name}, is no commit and no tag of the repository.`,
    };
  const at = await standing(opened, commit, tip);
  if (at.onTrunk) return { name, commit };
  const where = at.there ? `not on ${service.trunk}` : "not in the repository here";
  return { name, commit: undefined, why: `The commit ${commit.slice(0, 10)}, live in ${name}, is ${where}.` };
}

function notHeard(environment: string, known: { name: string; live: Live }[] = []): Fault {
  const live = known.find((one) => one.name === environment)?.live;
  const who = live?.source === "probe" ? "a probe read it" : "a deployment was recorded";
  return new Fault("conflict", `${live?.version} is live in ${environment}: ${who} less than an hour ago.`, {
    hint: "What is said by hand counts an hour after the last word of a deployment or a probe.",
  });
}
