// A branch beside its remote: looked at, brought forward, pushed. Nothing is forced.
import { existsSync } from "node:fs";
import { firstLine, text } from "../../gate/git.ts";
import { worktreeOf } from "../../gate/judge.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { branchTip } from "../../gate/refs.ts";
import { marks, type Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { fetchBranches, pushTrunk } from "../git/remote.ts";
import type { Opened } from "../git/repos.ts";
import type { StoredService } from "../service/service.ts";
import { type Beside, commits, type No, quoted } from "./rules.ts";

/** @returns what came, in a sentence; nothing where nothing did */
export async function fetched(repo: Repo, remote: string, signal: AbortSignal): Promise<string[]> {
  const before = await remoteTips(repo, remote);
  await fetchBranches(repo, remote, signal);
  const after = await remoteTips(repo, remote);
  const fresh = [...after.keys()].filter((ref) => !before.has(ref)).length;
  const moved = [...after].filter(([ref, tip]) => before.has(ref) && before.get(ref) !== tip).length;
  const parts = [
    ...(moved > 0 ? [`${moved} ${moved === 1 ? "branch" : "branches"} moved`] : []),
    ...(fresh > 0 ? [`${fresh} new`] : []),
  ];
  return parts.length === 0 ? [] : [`Fetched ${remote}: ${parts.join(", ")}.`];
}

async function remoteTips(repo: Repo, remote: string): Promise<Map<string, string>> {
  const listed = await repo.git(["for-each-ref", "--format=%(refname) %(objectname)", `refs/remotes/${remote}/`]);
  return new Map(
    listed.stdout
      .toString("utf8")
      .split("\n")
      .filter((l) => l !== "" && !/\/HEAD [0-9a-f]+$/.test(l))
      .map((l) => l.split(" ") as [string, string]),
  );
}

/** The remote's commit of a branch, as it was when it was last heard of. */
export const remoteTip = async (repo: Repo, remote: string, branch: string): Promise<string | undefined> =>
  text(await repo.git(["rev-parse", "-q", "--verify", `refs/remotes/${remote}/${branch}^{commit}`]));

/** undefined where the branch has no commit here. */
export async function beside(
  { repo, objects }: Opened,
  services: StoredService[],
  branch: string,
  remote: string,
): Promise<Beside | undefined> {
  const here = await branchTip(repo, branch);
  if (here === undefined) return undefined;
  const there = await remoteTip(repo, remote, branch);
  // One the remote has never had is ahead by what no branch of the remote has.
  const against = there === undefined ? ["--not", `--remotes=${remote}`] : [`^${there}`];
  const ahead = await counted(repo, [here, ...against]);
  const behind = there === undefined ? 0 : await counted(repo, [there, `^${here}`]);
  const owner = services.find((s) => s.trunk === branch);
  return {
    branch,
    remote,
    tip: here,
    there: there ?? null,
    ahead,
    behind,
    folder: (await worktreeOf(repo, branch)) ?? null,
    trunk: owner !== undefined,
    item: (await marks(repo)).has(branch),
    push: owner === undefined ? "ask" : (await policyNow(repo, objects, owner.trunk, owner.name)).policy.push,
  };
}

async function counted(repo: Repo, range: string[]): Promise<number> {
  const n = text(await repo.git(["rev-list", "--count", ...range, "--"]));
  if (n === undefined) throw new Fault("unreachable", "git cannot count the commits.");
  return Number(n);
}

export async function carryOut(
  repo: Repo,
  b: Beside,
  act: "forward" | "push",
  signal: AbortSignal,
): Promise<string | No> {
  if (act === "forward") return forward(repo, b);
  try {
    await pushTrunk(repo, b.remote, b.branch, signal);
    return b.there !== null
      ? `Pushed ${commits(b.ahead)} of ${b.branch}.`
      : `Pushed ${b.branch}, which ${b.remote} did not have.`;
  } catch (error) {
    if (!(error instanceof Fault) || error.fault === "cancelled") throw error;
    return { why: error.message, next: null, outcome: error.fault === "refused" ? "refused" : "unreachable" };
  }
}

/** Brings a branch to where its remote is: git refuses where that would touch what is uncommitted. */
async function forward(repo: Repo, { branch, behind, folder, tip, there }: Beside): Promise<string | No> {
  const to = there as string;
  if (folder !== null && !existsSync(folder))
    return {
      why: `${branch} is checked out in ${folder}, which is not there.`,
      next: `git -C ${quoted(repo.top)} worktree prune`,
      outcome: "refused",
    };
  const moved =
    folder === null
      ? await repo.git(["update-ref", "-m", "calcifer: fast-forward", `refs/heads/${branch}`, to, tip])
      : await repo.git(
          ["-c", "submodule.recurse=false", "merge", "--ff-only", "--no-autostash", "--no-verify-signatures", "-q", to],
          {
            cwd: folder,
          },
        );
  if (moved.code === 0) return `Brought ${branch} forward by ${commits(behind)}.`;
  const inWay = moved.stderr.match(/^\t.+$/gm) ?? [];
  if (inWay.length === 0)
    return { why: `${branch} did not come forward: ${firstLine(moved.stderr)}`, next: null, outcome: "refused" };
  const files = inWay.slice(0, 3).map((l) => l.trim());
  const more = inWay.length > 3 ? ` and ${inWay.length - 3} more` : "";
  return {
    why: `${branch} would change what is uncommitted in ${folder}: ${files.join(", ")}${more}.`,
    next: `git -C ${quoted(folder ?? repo.top)} stash --include-untracked`,
    outcome: "refused",
  };
}
