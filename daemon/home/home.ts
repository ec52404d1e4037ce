// The dashboard: what every room has to say first, in one answer.
import type { Judgement } from "../../gate/judge.ts";
import { called } from "../../gate/rules.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Result } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { listEvents } from "../event/event.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { Verdicts } from "../git/verdicts.ts";
import { openIncidentsToTell } from "../incident/incident.ts";
import { allServices, hooksState, type StoredService } from "../service/service.ts";
import {
  activeItem,
  countByStatus,
  itemsNotPushed,
  itemsWithStatus,
  listedForm,
  restorableItems,
  type StoredItem,
  waitingFor,
} from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { standingOf } from "./rules.ts";

export { warmVerdicts } from "./warm.ts";

type Home = Result<Api["home"]["methods"]["show"]>;
type Judged = Home["open"][number];

const most = { open: 100, planned: 20, restorable: 20, incidents: 20, events: 10, looked: 100 };

export function homeRoom(world: World, repos: Repos, verdicts: Verdicts): Implements<Api["home"], Call> {
  return {
    async show({ repo, fresh }) {
      const { db } = world;
      const [services, active, unpushed, planned, restorable, counts, incidents, events] = await Promise.all([
        allServices(db),
        itemsWithStatus(db, "active", most.open),
        itemsNotPushed(db, most.open),
        itemsWithStatus(db, "planned", most.planned),
        restorableItems(db, most.restorable),
        countByStatus(db),
        openIncidentsToTell(db, most.incidents),
        listEvents(db, { since: 0, limit: most.looked, newest: true }),
      ]);
      const judge = judging(services, fresh);
      const items = [...unpushed, ...active.filter((item) => unpushed.every((u) => u.id !== item.id))].slice(
        0,
        most.open,
      );
      const here = await itemHere(repo);
      const [open, current, unenforced] = await Promise.all([
        Promise.all(items.map(judge)),
        here && judge(here),
        notEnforced(services, fresh),
      ]);
      return {
        active: current ?? null,
        counts,
        open,
        planned: planned.map(listedForm),
        incidents,
        unenforced,
        restorable: restorable.map(listedForm),
        // That refs moved is for programs; what moved them is told by itself.
        events: events.filter((e) => e.name !== "service.moved").slice(0, most.events),
      };
    },
  };

  async function itemHere(repo: string | undefined): Promise<StoredItem | undefined> {
    if (repo === undefined) return undefined;
    try {
      const { item } = await activeItem(world, repos, repo);
      return item?.status === "active" ? item : undefined;
    } catch (error) {
      // The dashboard is for folders that are no repository, too.
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** Services and repositories are looked up once for all items. */
  function judging(services: StoredService[], fresh: boolean): (item: StoredItem) => Promise<Judged> {
    const byId = new Map(services.map((s) => [s.id, s]));
    const opening = new Map<string, Promise<Opened>>();
    const open = (folder: string): Promise<Opened> => {
      const known = opening.get(folder) ?? repos.open(folder);
      opening.set(folder, known);
      return known;
    };
    return async (item) => {
      const service = item.serviceId === null ? undefined : byId.get(item.serviceId);
      return { ...listedForm(item), ...(await saidOf(item, service, fresh, open)) };
    };
  }

  async function saidOf(
    item: StoredItem,
    service: StoredService | undefined,
    fresh: boolean,
    open: (folder: string) => Promise<Opened>,
  ): Promise<Pick<Judged, "verdict" | "line" | "standing">> {
    if (item.merged?.pushed === false)
      return {
        verdict: null,
        line: `${called(item)} is merged, not pushed. Push it: calcifer work push ${item.id}`,
        standing: "merged, not pushed",
      };
    if (item.branch === null && item.merged === null) return { verdict: null, line: null, standing: "planned" };
    if (!service) return cannotTell(`The service of #${item.id} was removed.`);
    try {
      const [opened, others] = await Promise.all([open(service.repo), waitingFor(world.db, item.id)]);
      const judgement: Judgement = await verdicts.of({ item, service, opened, others }, { fresh });
      const verdict = item.merged ? judgement.complete : judgement.merge;
      return { verdict: verdict.state, line: verdict.line, standing: standingOf(verdict) };
    } catch (error) {
      if (error instanceof Fault) return cannotTell(error.message);
      throw error;
    }
  }

  async function notEnforced(services: StoredService[], fresh: boolean): Promise<Home["unenforced"]> {
    const states = await Promise.all(
      services.map(async (service) => ({ service: service.name, ...(await hooksState(repos, service, { fresh })) })),
    );
    return states.filter(({ state }) => state !== "in force").map(({ service, why }) => ({ service, why }));
  }
}

const cannotTell = (line: string): Pick<Judged, "verdict" | "line" | "standing"> => ({
  verdict: "unknown",
  line,
  standing: "cannot tell",
});
