// The verdict of a branch or an item, and where nothing can be judged, a line that says why and what to do.
import path from "node:path";
import { uncommitted } from "../../gate/facts.ts";
import { type Judgement, judgeBranch, trunkOf } from "../../gate/judge.ts";
import { headBranch, type ItemMark, marks, type Repo, underWay } from "../../gate/repo.ts";
import { called } from "../../gate/rules.ts";
import { isUnknown } from "../../gate/unknown.ts";
import type { Api } from "../../protocol/api.ts";
import type { Parsed, Result } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { Watched } from "../git/verdicts.ts";
import { type StoredService, servicesOfRepo } from "../service/service.ts";
import { itemByKey, type Judge, listItems, locate, resolveItem, type StoredItem } from "../work/work.ts";
import type { World } from "../world.ts";

type Show = Api["gate"]["methods"]["show"];
type Status = Result<Show>;

export type ShowStatus = (asked: Parsed<Show>) => Promise<Status>;

export function statuses(world: World, repos: Repos, judge: Judge, watched: Watched): ShowStatus {
  return async (asked) => {
    const named = asked.item !== undefined && String(asked.item).trim() !== "" && asked.item !== ".";
    if (named) return ofItem(await resolveItem(world, repos, asked), asked.fresh);
    if (asked.repo === undefined) throw new Fault("invalid", "repo: neither a work item nor a repository was named.");
    return ofBranch(await repos.open(asked.repo), asked.fresh);
  };

  async function ofItem(item: StoredItem, fresh: boolean): Promise<Status> {
    const located = await locate(world, repos, item);
    const { service, opened } = located;
    const about = {
      repo: opened.repo.top,
      service: service.name,
      trunk: service.trunk,
      item: { id: item.id, title: item.title, status: item.status },
    };
    if (item.branch === null && item.merged === null)
      return { ...about, branch: null, merge: null, complete: null, uncommitted: null, line: withoutBranch(item) };
    const judgement = await judge(located, { fresh });
    return {
      ...about,
      branch: item.branch,
      merge: judgement.merge,
      complete: judgement.complete,
      uncommitted: uncommittedOf(judgement),
      line: lineOf(item, judgement),
    };
  }

  async function ofBranch({ repo, objects }: Opened, fresh: boolean): Promise<Status> {
    const branch = await headBranch(repo);
    const mark = branch === undefined ? undefined : (await marks(repo)).get(branch);
    const own = mark && (await itemByKey(world.db, mark.key));
    // What was dropped or merged, with its branch kept, does not claim the branch in its own right.
    if (own && own.branch === branch && own.serviceId !== null)
      return { ...(await ofItem(own, fresh)), repo: repo.top };
    if (mark && branch !== undefined && !own) return ofForeign({ repo, objects }, branch, mark);
    const services = await servicesOfRepo(world.db, repo.commonDir);
    const service = services[0];
    const trunk = service?.trunk ?? trunkOf(repo, undefined);
    const count = repo.bare ? null : await countUncommitted(repo, fresh);
    const line = await strangerLine(repo, branch, services);
    return {
      repo: repo.top,
      service: service?.name ?? null,
      branch: branch ?? null,
      trunk,
      item: null,
      merge: null,
      complete: null,
      uncommitted: count,
      line,
    };
  }

  /** Somebody else's item: what its commits say can be judged, what their database knows cannot. */
  async function ofForeign({ repo, objects }: Opened, branch: string, mark: ItemMark): Promise<Status> {
    const services = await servicesOfRepo(world.db, repo.commonDir);
    const service = services.find((s) => s.name === mark.service) ?? services[0];
    const trunk = service?.trunk ?? trunkOf(repo, mark);
    const judgement = await judgeBranch(repo, objects, {
      item: { ...mark, type: undefined },
      branch,
      trunk,
      record: undefined,
    });
    return {
      repo: repo.top,
      service: service?.name ?? null,
      branch,
      trunk,
      item: { id: mark.id, title: mark.title, status: "foreign" },
      merge: judgement.merge,
      complete: judgement.complete,
      uncommitted: uncommittedOf(judgement),
      line: `${branch} belongs to ${called(mark)} of another database. Take it over: calcifer work adopt ${branch}`,
    };
  }

  async function countUncommitted(repo: Repo, fresh: boolean): Promise<number | null> {
    const ask = () => uncommitted(repo.git, repo.top);
    const files = await (fresh ? ask() : watched.uncommitted(repo.top, ask));
    return isUnknown(files) ? null : files.length;
  }

  async function strangerLine(repo: Repo, branch: string | undefined, services: StoredService[]): Promise<string> {
    const service = services.find((s) => s.trunk === branch) ?? services[0];
    if (!service)
      return repo.bare
        ? `${path.basename(repo.top)} is a bare repository, with nothing to work in. Register a clone of it.`
        : `${path.basename(repo.top)} is not registered as a service. Register it: calcifer service add .`;
    if (branch === undefined) return detachedLine(repo);
    if (branch !== service.trunk)
      return `${branch} belongs to no work item, so nothing is judged here. Make it one's: calcifer work adopt ${branch}`;
    return `${branch} is the trunk of ${service.name}; nothing is under way here. ${await plannedHint(service)}`;
  }

  async function plannedHint(service: StoredService): Promise<string> {
    const asked = { status: ["planned"] as const, service: service.name, noService: false, noLabel: false, all: false };
    const { items, next } = await listItems(world.db, { ...asked, limit: 10 });
    const [only, second] = items;
    if (!only) return `Open an item: calcifer work add "what is to change" --service ${service.name}`;
    if (!second) return `Planned is ${called(only)}. Start it: calcifer work start ${only.id}`;
    const some = next === null ? `${items.length} items are planned` : "Many items are planned";
    return `${some}: calcifer work list --service ${service.name} --status planned`;
  }
}

function withoutBranch(item: StoredItem): string {
  const name = called(item);
  if (item.status === "dropped") return `${name} was dropped. Bring it back: calcifer work restore ${item.id}`;
  if (item.status === "done") return `${name} is done.`;
  return `${name} is ${item.status} and has no branch yet. Start it: calcifer work start ${item.id}`;
}

function lineOf(item: StoredItem, { merge, complete }: Judgement): string {
  if (item.status === "done")
    return item.merged?.pushed === false
      ? `${called(item)} is done, and its merge is not pushed. Push it: calcifer work push ${item.id}`
      : `${called(item)} is done.`;
  if (item.status === "dropped") return withoutBranch(item);
  return item.merged ? complete.line : merge.line;
}

const uncommittedOf = ({ facts: { dirty } }: Judgement): number | null =>
  dirty === undefined || isUnknown(dirty) ? null : dirty.length;

function detachedLine(repo: Repo): string {
  if (underWay(repo) === "sequence")
    return "git is in the middle of a rebase, cherry-pick or revert here. See how to go on: git status";
  return "HEAD is on no branch here, so there is nothing to judge. Switch to an item's branch: calcifer work start <id>";
}
