// Answers git's hooks: the same judgement as without a daemon, on repositories that are open already.
import path from "node:path";
import { answerHook, type HookInput, repoOfHook } from "../../gate/hook.ts";
import { headBranch, marks, Objects, type Repo } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { version } from "../../protocol/generated.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { servicesOfRepo } from "../service/service.ts";
import { itemByKey } from "../work/work.ts";
import type { Call, World } from "../world.ts";

type Gate = Implements<Api["gate"], Call>;

export function answering(world: World, repos: Repos): Gate["hook"] {
  return async (input, call) => {
    if (input.version !== version)
      throw new Fault("incompatible", `The hook is of version ${input.version}, the daemon of ${version}.`, {
        hint: "Put the hooks of this version in: calcifer doctor --fix",
      });
    const { repo, objects, done } = await opened(repos, input);
    try {
      // commit-msg comes next, and reads.
      if (input.hook === "prepare-commit-msg") objects.warm();
      const { exit, stderr } = await answerHook(repo, objects, input);
      if (exit !== 0) await note(repo, input.hook, stderr, call);
      return { exit, hex: Buffer.from(stderr, "utf8").toString("hex") };
    } finally {
      done?.();
    }
  };

  /** A refusal that cannot be written down is one all the same. */
  async function note(repo: Repo, hook: string, stderr: string, call: Call): Promise<void> {
    try {
      const branch = await headBranch(repo);
      const mark = branch === undefined ? undefined : (await marks(repo)).get(branch);
      const item = mark && (await itemByKey(world.db, mark.key));
      const services = await servicesOfRepo(world.db, repo.commonDir);
      const line = (stderr.split("\n")[0] ?? "").replace(/^Calcifer: /, "");
      const service = item?.service ?? services[0]?.name ?? null;
      // A hook says no hello.
      const about = { item: item?.id ?? null, service, by: "hook" as const };
      await call.write((tx) => tx.happened("gate.refused", { ...about, data: { hook, line, repo: repo.top } }));
    } catch (error) {
      call.log.warn({ err: error, hook }, "a refusal could not be recorded");
    }
  }
}

/** Most hooks run where git would find the repository by itself; the others name it, and get it opened for themselves. */
async function opened(repos: Repos, input: HookInput): Promise<Opened & { done?: () => void }> {
  const named = input.env.GIT_DIR;
  const place = await usual(repos, input);
  if (place && (named === undefined || path.resolve(input.cwd, named) === place.repo.gitDir)) return place;
  const repo = await repoOfHook(input);
  const objects = new Objects(repo.commonDir);
  return { repo, objects, done: () => objects.close() };
}

async function usual(repos: Repos, { cwd, env }: HookInput): Promise<Opened | undefined> {
  if (env.GIT_WORK_TREE !== undefined) return undefined;
  try {
    return await repos.open(cwd);
  } catch (error) {
    if (error instanceof Fault && env.GIT_DIR !== undefined) return undefined;
    throw error;
  }
}
