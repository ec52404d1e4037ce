// One repository's part: fetched, then its branches one after the other. What does not go well says why.
import { headBranch, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Synced } from "../../protocol/remote.ts";
import { remoteOf } from "../git/remote.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { StoredService } from "../service/service.ts";
import { beside, carryOut, fetched } from "./branches.ts";
import { mayPull, mayPush, type No, outcome, quoted, type Wish } from "./rules.ts";

/** Services that share a repository. */
export interface Shared {
  services: StoredService[];
  repo: string;
}

/** Also one that is slow, and says something now and then, comes to an end. */
const longest = 5 * 60_000;

type Part = Omit<Synced, "services" | "repo">;
const nothing: Part = {
  remote: null,
  branch: null,
  outcome: "nothing to do",
  ahead: null,
  behind: null,
  did: [],
  why: "",
  next: null,
};

/** @throws Fault cancelled, and no other */
export async function synced(repos: Repos, shared: Shared, wish: Wish, asked: AbortSignal): Promise<Synced> {
  const base = { services: shared.services.map((s) => s.name), repo: shared.repo, ...nothing };
  const late = AbortSignal.timeout(longest);
  try {
    const opened = await repos.open(shared.repo);
    return { ...base, ...(await part(opened, shared.services, wish, AbortSignal.any([asked, late]))) };
  } catch (error) {
    if (asked.aborted) throw new Fault("cancelled", "You asked to stop.");
    if (late.aborted)
      return { ...base, outcome: "unreachable", why: `It took longer than ${longest / 60_000} minutes.` };
    // Whatever it is with one repository, the others are told of all the same.
    if (!(error instanceof Fault))
      return { ...base, outcome: "unreachable", why: `It cannot be looked at: ${(error as Error).message}.` };
    const next =
      error.fault === "missing" ? `calcifer service edit ${base.services[0]} --path <where it is now>` : null;
    return { ...base, outcome: outcomeOf(error), why: error.message, next };
  }
}

const outcomeOf = (error: Fault) => (error.fault === "refused" ? "refused" : "unreachable");

async function part(opened: Opened, services: StoredService[], wish: Wish, signal: AbortSignal): Promise<Part> {
  const { repo } = opened;
  const branch = (await headBranch(repo)) ?? null;
  const trunks = [...new Set(services.map((s) => s.trunk))] as [string, ...string[]];
  const remote = await remoteOf(repo, trunks[0]);
  const base = { ...nothing, branch };
  if (remote === undefined) {
    const next = `git -C ${quoted(repo.top)} remote add origin <url>`;
    return { ...base, outcome: "no remote", why: "It has no remote.", next };
  }
  const came = await fetchedOrNot(repo, remote, signal);
  if (!Array.isArray(came)) return { ...base, remote, ...came };
  const names = [...new Set([...(branch === null ? [] : [branch]), ...trunks])];
  const { did, nos } = await eachBranch(opened, services, { names, remote, wish }, signal);
  const after = await beside(opened, services, branch ?? trunks[0], remote);
  return {
    remote,
    branch,
    ahead: after?.ahead ?? null,
    behind: after?.behind ?? null,
    outcome: outcome([...came, ...did], nos),
    did: [...came, ...did],
    why: nos.map((no) => no.why).join(" "),
    next: nos.find((no) => no.next !== null)?.next ?? null,
  };
}

async function fetchedOrNot(
  repo: Repo,
  remote: string,
  signal: AbortSignal,
): Promise<string[] | Pick<Part, "outcome" | "why" | "next">> {
  try {
    return await fetched(repo, remote, signal);
  } catch (error) {
    if (!(error instanceof Fault) || error.fault === "cancelled") throw error;
    const next = `git -C ${quoted(repo.top)} fetch ${quoted(remote)}`;
    return { outcome: outcomeOf(error), why: error.message, next };
  }
}

const acts = { fetch: [], pull: ["pull"], push: ["push"], sync: ["pull", "push"] } as const satisfies Record<
  Wish,
  readonly ("pull" | "push")[]
>;

async function eachBranch(
  opened: Opened,
  services: StoredService[],
  { names, remote, wish }: { names: string[]; remote: string; wish: Wish },
  signal: AbortSignal,
): Promise<{ did: string[]; nos: No[] }> {
  const did: string[] = [];
  const nos: No[] = [];
  for (const name of names)
    for (const act of acts[wish]) {
      const now = await beside(opened, services, name, remote);
      if (now === undefined) continue;
      const may = act === "pull" ? mayPull(now) : mayPush(now, wish);
      const done = may === "forward" || may === "push" ? await carryOut(opened.repo, now, may, signal) : may;
      if (typeof done === "string") did.push(done);
      else if (done !== undefined && !nos.some((no) => no.why === done.why)) nos.push(done);
    }
  return { did, nos };
}
