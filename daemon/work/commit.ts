// Committing on an item's branch: the entry is written, the gate asked, the commit made and linked.
import path from "node:path";
import { fields, text } from "../../gate/git.ts";
import { type PendingWaiver, unusedWaiver } from "../../gate/hook.ts";
import { judgeCommit, trunkOf } from "../../gate/judge.ts";
import { log } from "../../gate/log.ts";
import { matches, type Policy } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { headBranch, type ItemMark, marks, underWay } from "../../gate/repo.ts";
import { isOnRecord, protectedReasons } from "../../gate/rules.ts";
import { itemTrailer, trailersOf, waiverTrailer, withTrailer } from "../../gate/trailers.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Parsed } from "../../protocol/contract.ts";
import { Fault, type Reason } from "../../protocol/errors.ts";
import { identityVariables } from "../../protocol/identity.ts";
import type { Item, work } from "../../protocol/work.ts";
import { type CommitPlan, makeCommit, uncommittedIn, type What } from "../git/commit.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { entryEdit } from "./entry.ts";
import { itemByKey, recordCommits } from "./store.ts";

type Work = Implements<Api["work"], Call>;
type Asked = Parsed<(typeof work.methods)["commit"]>;

export function committing(world: World, repos: Repos): Pick<Work, "commit" | "uncommitted"> {
  return {
    async commit(p, call) {
      if (p.repo === undefined) throw new Fault("invalid", "repo: no repository was named.");
      if (p.entry !== undefined && p.noEntry !== undefined)
        throw new Fault("invalid", "entry: give an entry, or a reason for none with --no-entry; not both.");
      const opened = await repos.open(p.repo);
      const branch = await onBranch(opened);
      if (p.paths.length > 0 && underWay(opened.repo) === "merge")
        throw new Fault("refused", "git is in the middle of a merge, which is committed as a whole.", {
          hint: "Leave the paths out: what is staged is committed, with the merge.",
        });
      const item = (await marks(opened.repo)).get(branch);
      const { policy } = await policyNow(opened.repo, opened.objects, trunkOf(opened.repo, item), item?.service);
      const waiver =
        p.entry === undefined && p.noEntry === undefined ? await unusedWaiver(opened.repo, branch) : undefined;
      const message = messageFor(p, item, waiver);
      const own = item && (await itemByKey(world.db, item.key));
      const entry = entryFor(p, policy, item, own?.type);
      const commit = await makeCommit(opened, {
        what: whatOf(p),
        message,
        edit: entry,
        env: p.env && identity(p.env),
        judge: (indexFile) => judgement(opened, branch, policy, message, indexFile),
      });
      return answer(opened, commit, branch, item, entry?.text ?? null, call);
    },

    async uncommitted(p) {
      if (p.repo === undefined) throw new Fault("invalid", "repo: no repository was named.");
      const { repo } = await repos.open(p.repo);
      if (repo.top === repo.gitDir)
        throw new Fault("missing", `${repo.top} has no work tree, so nothing is uncommitted there.`, {
          hint: "See where there is one: git worktree list",
        });
      const branch = (await headBranch(repo)) ?? null;
      const mark = branch === null ? undefined : (await marks(repo)).get(branch);
      return {
        branch,
        item: mark ? ((await itemByKey(world.db, mark.key))?.id ?? null) : null,
        files: await uncommittedIn(repo),
      };
    },
  };

  async function answer(
    opened: Opened,
    commit: string,
    branch: string,
    item: ItemMark | undefined,
    entry: string | null,
    call: Call,
  ) {
    const { repo } = opened;
    const [about, files, left] = await Promise.all([
      log(repo.git, ["-1", commit]),
      filesOf(opened, commit),
      uncommittedIn(repo),
    ]);
    const { subject = "", author = "", at = "" } = about[0] ?? {};
    const own = item && (await itemByKey(world.db, item.key));
    return call.answer(async (tx) => {
      if (own) {
        // The watch may have been quicker, and said so itself.
        const added = await recordCommits(tx.db, own.id, [{ id: commit, subject, author, at }]);
        if (added.length > 0)
          await tx.happened("work.committed", { item: own.id, service: own.service, data: { commit, subject } });
      }
      return { commit, subject, branch, item: own?.id ?? null, files, left, entry };
    });
  }
}

async function onBranch({ repo }: Opened): Promise<string> {
  if (repo.bare) throw new Fault("refused", `${repo.top} is a bare repository: there is nothing to commit in.`);
  if (underWay(repo) === "sequence")
    throw new Fault("refused", "git is in the middle of a rebase, cherry-pick or revert.", {
      hint: "Finish it with git itself; git status says how.",
    });
  const branch = await headBranch(repo);
  if (branch === undefined)
    throw new Fault("refused", "HEAD is on no branch here, so a commit would belong to nothing.", {
      hint: "Switch to an item's branch: calcifer work start <id>",
    });
  return branch;
}

function whatOf(p: Asked): What {
  if (p.all && p.paths.length > 0) throw new Fault("invalid", "paths: give paths, or --all; not both.");
  if (p.all) return { kind: "all" };
  return p.paths.length > 0 ? { kind: "paths", paths: p.paths, cwd: path.resolve(p.repo ?? ".") } : { kind: "staged" };
}

/** The message with its trailers; the hooks would add them, but hooks may be missing, and it is judged before they run. */
function messageFor(p: Asked, item: ItemMark | undefined, waiting: PendingWaiver | undefined): string {
  const waiver = p.noEntry === undefined ? waiting : { check: "entry", reason: p.noEntry };
  const message = `${p.message.trimEnd()}\n`;
  const waived = waiver ? withTrailer(message, waiverTrailer(waiver.check, waiver.reason)) : message;
  return item ? withTrailer(waived, itemTrailer(item)) : waived;
}

/** What the caller does not say comes from git's configuration, not from the shell that once started the daemon. */
const identity = (env: NonNullable<Asked["env"]>): Record<string, string | undefined> =>
  Object.fromEntries(identityVariables.map((name) => [name, env[name]]));

type Edit = NonNullable<CommitPlan["edit"]> & { text: string };

function entryFor(
  p: Asked,
  policy: Policy,
  item: ItemMark | undefined,
  type: Item["type"] | undefined,
): Edit | undefined {
  if (p.entry === undefined) return undefined;
  const words = p.entry.trim();
  if (words.replace(/\(#\d+\)/g, "").trim() === "")
    throw new Fault("invalid", "entry: is empty; write one line for readers.");
  const { file, apply } = entryEdit(policy, item && { ...item, type }, { text: words, section: p.section });
  const isFragment = file !== policy.changes.file;
  const shown = isFragment || !item || words.includes(`(#${item.id})`) ? words : `${words} (#${item.id})`;
  return { file, apply: (before) => apply(before).text, text: shown };
}

/** What the hooks would say, asked first: so a refusal comes with its reasons, and the same first line. */
async function judgement(
  opened: Opened,
  branch: string,
  policy: Policy,
  message: string,
  indexFile: string,
): Promise<Reason[]> {
  const guarded =
    matches(policy.protected, branch) &&
    text(await opened.repo.git(["rev-parse", "-q", "--verify", "HEAD"])) !== undefined;
  const subject = message.split("\n")[0] ?? "";
  if (guarded)
    return protectedReasons({
      branch,
      commits: [{ id: "", subject, waived: isOnRecord(trailersOf(message).waivers) }],
    });
  return (await judgeCommit(opened.repo, opened.objects, { message, amending: false, indexFile })).reasons;
}

async function filesOf({ repo }: Opened, commit: string): Promise<{ path: string; state: string }[]> {
  const parts = fields(
    await repo.git(["diff-tree", "-r", "--root", "--no-commit-id", "-z", "--name-status", "--no-renames", commit]),
  );
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, i) => ({
    state: `${parts[i * 2]} `,
    path: parts[i * 2 + 1] as string,
  }));
}
