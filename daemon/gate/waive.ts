// Exceptions on the record: `entry` for the next commit of a work tree, `judged` at once for the commits before it.
import { writeFileSync } from "node:fs";
import { text } from "../../gate/git.ts";
import { type PendingWaiver, waiverFile } from "../../gate/hook.ts";
import { branchTip } from "../../gate/refs.ts";
import { headBranch, type ItemMark, marks, type Repo, underWay } from "../../gate/repo.ts";
import { itemTrailer, waiverTrailer } from "../../gate/trailers.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Result } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Repos } from "../git/repos.ts";
import { servicesOfRepo } from "../service/service.ts";
import { itemByKey } from "../work/work.ts";
import type { Call, World } from "../world.ts";

type Gate = Implements<Api["gate"], Call>;
type Waived = Result<Api["gate"]["methods"]["waive"]>;

interface Place {
  repo: Repo;
  branch: string;
  mark: ItemMark | undefined;
}

export function waiving(world: World, repos: Repos): Gate["waive"] {
  return async ({ check, reason, repo: folder }, call) => {
    if (folder === undefined) throw new Fault("invalid", "repo: no repository was named.");
    const place = await placeOf((await repos.open(folder)).repo);
    if (check === "entry") {
      const head = await branchTip(place.repo, place.branch);
      return record(place, { check, reason, branch: place.branch, commit: null }, call, () =>
        leaveWaiver(place, { check, reason, branch: place.branch, head }),
      );
    }
    const commit = await speakFor(place, reason);
    return record(place, { check, reason, branch: place.branch, commit }, call);
  };

  /** @param first done in the transaction, so that there is no waiver without its event */
  async function record({ repo, mark }: Place, waived: Waived, call: Call, first?: () => void): Promise<Waived> {
    const item = mark && (await itemByKey(world.db, mark.key));
    const services = await servicesOfRepo(world.db, repo.commonDir);
    const service = item?.service ?? services[0]?.name ?? null;
    return call.answer(async (tx) => {
      const { check, reason, branch } = waived;
      await tx.happened("gate.waived", { item: item?.id ?? null, service, data: { check, reason, branch } });
      first?.();
      return waived;
    });
  }
}

/** @throws Fault refused, where no commit of a branch can be made */
async function placeOf(repo: Repo): Promise<Place> {
  if (repo.bare) throw new Fault("refused", `${repo.top} is a bare repository: no commit is made there.`);
  const branch = await headBranch(repo);
  if (branch === undefined)
    throw new Fault("refused", "HEAD is on no branch here, so there is nothing to waive a check for.", {
      hint: "Switch to the item's branch: calcifer work start <id>",
    });
  return { repo, branch, mark: (await marks(repo)).get(branch) };
}

function leaveWaiver({ repo }: Place, waiver: PendingWaiver): void {
  writeFileSync(waiverFile(repo), `${JSON.stringify(waiver)}\n`);
}

/** Makes the empty commit whose trailer speaks for those before it. What is staged stays staged. */
async function speakFor({ repo, branch, mark }: Place, reason: string): Promise<string> {
  if (!mark)
    throw new Fault("refused", `${branch} belongs to no work item, so its commits are not judged.`, {
      hint: "Look at the item's branch first: calcifer work start <id>",
    });
  if (underWay(repo))
    throw new Fault("refused", "git is in the middle of a merge, rebase, cherry-pick or revert.", {
      hint: "Finish it first; git status says how.",
    });
  const subject = `Waive judged: ${reason.replace(/\s+/g, " ")}`.slice(0, 200);
  const message = `${subject}\n\n${waiverTrailer("judged", reason)}\n${itemTrailer(mark)}\n`;
  const made = await repo.git(["commit", "--allow-empty", "--only", "-q", "--cleanup=whitespace", "-F", "-"], {
    input: message,
    hooks: true,
  });
  if (made.code !== 0) throw refusedBy(made.stderr);
  return text(await repo.git(["rev-parse", "HEAD"])) as string;
}

function refusedBy(stderr: string): Fault {
  const line = stderr.split("\n").find((l) => l.trim() !== "" && !l.startsWith("hint:")) ?? "git refused the commit";
  return new Fault("refused", `${line.replace(/^(?:fatal|error|Calcifer): /, "").replace(/\.?$/, ".")}`, {
    hint: "No commit was made.",
    data: { output: stderr.slice(0, 20_000) },
  });
}
