// What services need: said, taken back, drawn; and what fails with one.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { addDependencies, type Dependency, dependenciesOf, removeDependencies } from "./dependencies.ts";
import { drawings } from "./draw.ts";
import { resolveService } from "./resolve.ts";
import { around, circles, impactOf, wayTo } from "./rules.ts";
import { shownService } from "./show.ts";
import { allServices, type StoredService, serviceByName } from "./store.ts";

type Methods = Pick<Implements<Api["service"], Call>, "depend" | "undepend" | "graph" | "impact">;

export function needing(world: World, repos: Repos): Methods {
  return {
    async depend(params, call) {
      const service = await serviceByName(world.db, params.service);
      const on = await named(params.on);
      if (on.some((one) => one.id === service.id))
        throw new Fault("invalid", `on: ${service.name} cannot need itself.`);
      await call.write(async (tx) => {
        // Asked inside, so that two who depend at once cannot close a circle between them.
        if (!params.circle) mayNeed(await dependenciesOf(tx.db), service, on);
        await addDependencies(tx, service, on, "declared");
      });
      const shown = await shownService(world, repos, service);
      return call.answer(async () => shown);
    },

    async undepend(params, call) {
      const service = await serviceByName(world.db, params.service, { retired: true });
      const on = await named(params.on, { retired: true });
      const gone = await call.write((tx) => removeDependencies(tx, service, on));
      const never = on.find((one) => !gone.includes(one.name));
      const shown = await shownService(world, repos, service);
      if (never && gone.length === 0)
        throw new Fault("missing", `${service.name} does not need ${never.name}.`, {
          hint:
            shown.dependsOn.length > 0
              ? `It needs: ${shown.dependsOn.join(", ")}`
              : `Nothing is known that ${service.name} needs.`,
        });
      return call.answer(async () => shown);
    },

    async graph({ service, format }) {
      const [all, edges] = await Promise.all([allServices(world.db), dependenciesOf(world.db)]);
      const about = service === undefined ? undefined : await serviceByName(world.db, service);
      const wanted = about && around(edges, about.name);
      const shown = {
        nodes: all
          .filter((s) => !wanted || wanted.has(s.name))
          .map((s) => ({ service: s.name, kind: s.kind, label: s.title === "" ? s.name : s.title })),
        edges: edges.filter((e) => !wanted || (wanted.has(e.from) && wanted.has(e.to))),
      };
      const graph = { ...shown, circles: circles(shown.edges) };
      return { ...graph, text: drawings[format](graph) };
    },

    async impact(params) {
      const { name } = await resolveService(world, repos, params);
      return { service: name, fails: impactOf(await dependenciesOf(world.db), name) };
    },
  };

  /** `web on db` is how people say it. */
  async function named(words: readonly string[], options?: { retired: boolean }): Promise<StoredService[]> {
    const names = words.length > 1 && words[0] === "on" ? words.slice(1) : words;
    return Promise.all([...new Set(names)].map((name) => serviceByName(world.db, name, options)));
  }
}

function mayNeed(edges: Dependency[], { name }: StoredService, on: readonly StoredService[]): void {
  for (const one of on) {
    const way = wayTo(edges, one.name, name);
    if (way)
      throw new Fault("refused", `If ${name} needs ${one.name}, that closes a circle: ${[name, ...way].join(" → ")}.`, {
        reasons: way.slice(1).map((to, i) => ({
          check: "circle",
          message: `${way[i]} needs ${to}.`,
          next: `calcifer service undepend ${way[i]} ${to}`,
        })),
        hint: `If it is so, take it with --circle: calcifer service depend ${name} ${one.name} --circle`,
      });
  }
}
