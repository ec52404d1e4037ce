// Services: the door of the room. Each group of methods has its file; what other rooms may know is exported here.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { detecting } from "./detect.ts";
import { editing } from "./edit.ts";
import { diagnose, enforce } from "./enforce.ts";
import { composeFiles, globs, linksIn, unique } from "./fields.ts";
import { needing } from "./graph.ts";
import { leaving } from "./leave.ts";
import { liveMethods } from "./live.ts";
import { type ItemFor, templating } from "./new.ts";
import { absolute, registerService } from "./register.ts";
import { resolveService } from "./resolve.ts";
import { shownService, shownServices } from "./show.ts";
import { allServices, type StoredService, servicesOfRepo } from "./store.ts";

export { addDependencies, dependenciesOf } from "./dependencies.ts";
export { enforce } from "./enforce.ts";
export { liveOf, recordLive } from "./live-record.ts";
export { hooksState, resolveService } from "./resolve.ts";
export {
  allServices,
  type StoredService,
  serviceById,
  serviceByName,
  servicesOfRepo,
} from "./store.ts";
export { commitOfVersion } from "./version.ts";

export function serviceRoom(world: World, repos: Repos, itemFor: ItemFor): Implements<Api["service"], Call> {
  return {
    ...detecting(world, repos),
    ...templating(world, repos, itemFor),
    ...editing(world, repos),
    ...leaving(world, repos),
    ...needing(world, repos),
    ...liveMethods(world, repos),

    async add(params, call) {
      const { label, link, paths, compose, ...asked } = params;
      const known = {
        labels: unique(label),
        links: linksIn(link),
        paths: globs(paths),
        compose: composeFiles(compose),
      };
      const { service, wrote, commit } = await registerService(world, repos, { ...asked, ...known }, call);
      const { repo } = await repos.open(service.repo);
      const doctor = await diagnose(world, repo, service.name);
      const shown = await shownService(world, repos, service);
      const next =
        wrote.length > 0 && commit === null
          ? `calcifer commit -m "Adopt Calcifer" --no-entry "set-up" ${wrote.join(" ")}`
          : `calcifer work add "what is to change" --service ${service.name}`;
      return call.answer(async () => ({ service: shown, wrote, commit, doctor, next }));
    },

    async list({ kind, label, owner, retired }) {
      const all = await allServices(world.db, { retired });
      const wanted = all.filter(
        (s) =>
          (kind === undefined || s.kind === kind) &&
          (label === undefined || s.labels.includes(label)) &&
          (owner === undefined || s.owner === owner),
      );
      return { services: await shownServices(world, repos, wanted) };
    },

    show: async (params) => shownService(world, repos, await resolveService(world, repos, params, { retired: true })),

    async doctor(params, call) {
      const service =
        params.service === undefined && params.repo !== undefined
          ? await serviceHere(params.repo)
          : await resolveService(world, repos, params);
      const { repo } = await repos.open(service?.repo ?? absolute(params.repo ?? "."));
      if (params.fix && service) await enforce(world, repos, repo);
      const found = await diagnose(world, repo, service?.name ?? null);
      return call.answer(async () => found);
    },
  };

  async function serviceHere(folder: string): Promise<StoredService | undefined> {
    const { repo } = await repos.open(folder);
    return (await servicesOfRepo(world.db, repo.commonDir))[0];
  }
}
