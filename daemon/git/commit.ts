// Makes a commit in a scratch index, so that a refused one has moved nothing: not the index, not a file.
import { isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type Changed, uncommitted } from "../../gate/facts.ts";
import { fields, type Git, text } from "../../gate/git.ts";
import type { Objects, Repo } from "../../gate/repo.ts";
import { isUnknown } from "../../gate/unknown.ts";
import { Fault, type Reason } from "../../protocol/errors.ts";
import {
  copyIndex,
  forgetCommit,
  indexInfo,
  lockIndex,
  noteCommit,
  replaceIndex,
  takeUpCommit,
  unlockIndex,
} from "./index-lock.ts";
import type { Opened } from "./repos.ts";

export type What = { kind: "staged" } | { kind: "all" } | { kind: "paths"; paths: string[]; cwd: string };

export interface CommitPlan {
  what: What;
  message: string;
  /** variables for the git that commits, such as GIT_AUTHOR_NAME */
  env?: Record<string, string | undefined> | undefined;
  /** a change to one file that goes into the commit, into the index and into the work tree, beside whatever else is in them */
  edit?: { file: string; apply: (text: string) => string } | undefined;
  /** files that the commit deletes, here too; they must be as they were committed */
  remove?: string[];
  /** asked before git is, on the scratch index; reasons refuse */
  judge?: (indexFile: string) => Promise<Reason[]>;
}

/**
 * Commits by the plan on the branch that is checked out.
 * @returns the commit's id
 * @throws Fault refused: by the judge, by a hook, or because there is nothing to commit. Then nothing has moved.
 */
export async function makeCommit({ repo, objects }: Opened, plan: CommitPlan): Promise<string> {
  const before = await takeUpCommit(repo);
  if (plan.edit) readInside(repo, plan.edit.file);
  for (const file of plan.remove ?? []) inside(repo, file);
  await lockIndex(repo);
  const scratch = path.join(repo.gitDir, `calcifer-index-${randomBytes(6).toString("hex")}`);
  const git = withIndex(repo, scratch);
  let done = false;
  try {
    await noConflicts(repo, plan.what);
    await stage(repo, git, scratch, plan.what);
    // The commit was made, and the answer lost with the daemon: this is the same question again.
    if (before?.message === plan.message && !(await isSomethingStaged(repo, git))) return before.commit;
    if (plan.remove?.length)
      await git(["update-index", "--force-remove", "-z", "--stdin"], {
        input: plan.remove.map((f) => `${f}\0`).join(""),
      });
    if (plan.edit) await editIn(repo, git, plan.edit);
    if (!(await isSomethingStaged(repo, git))) throw await nothingStaged(repo);
    const reasons = (await plan.judge?.(scratch)) ?? [];
    if (reasons[0])
      throw new Fault("refused", reasons[0].message, {
        reasons,
        hint: "Nothing has moved: your files and the index are as they were.",
      });
    noteCommit(repo, await begunBy(repo, git, scratch, plan));
    await run(git, plan.message, plan.env);
    const commit = text(await repo.git(["rev-parse", "HEAD"])) as string;
    done = true;
    await settle(repo, objects, scratch, plan, commit);
    return commit;
  } finally {
    if (!done) unlockIndex(repo);
    rmSync(scratch, { force: true });
    rmSync(`${scratch}.lock`, { force: true });
  }
}

/** Commits some files as they lie in the work tree; what else is staged stays staged. */
export const commitFiles = (opened: Opened, files: string[], message: string): Promise<string> =>
  makeCommit(opened, { what: { kind: "paths", paths: files, cwd: opened.repo.top }, message });

/** The repository's git, working on another index. */
const withIndex =
  (repo: Repo, index: string): Git =>
  (args, options) =>
    repo.git(args, { ...options, env: { GIT_INDEX_FILE: index, ...options?.env } });

/** What a daemon that finds this commit half done needs to know. */
async function begunBy(repo: Repo, git: Git, scratch: string, plan: CommitPlan) {
  const head = text(await repo.git(["rev-parse", "-q", "--verify", "HEAD"])) ?? null;
  const edit = plan.edit && (await editBy(repo, git, plan.edit));
  return { head, message: plan.message, next: scratch, whole: plan.what.kind !== "paths", edit: edit ?? null };
}

async function editBy(repo: Repo, git: Git, { file, apply }: NonNullable<CommitPlan["edit"]>) {
  const before = readInside(repo, file) ?? null;
  const staged = (await git(["cat-file", "blob", `:${file}`])).stdout.toString("utf8");
  return { file, before, after: before === null || before === staged ? staged : apply(before) };
}

/** Conflicts are a person's to resolve: staging an edit over one would drop a side of it. */
async function noConflicts(repo: Repo, what: What): Promise<void> {
  if (what.kind === "all") return;
  const rows = fields(await repo.git(["ls-files", "-u", "-z"]));
  const files = [...new Set(rows.map((row) => row.slice(row.indexOf("\t") + 1)))];
  if (files.length === 0) return;
  throw new Fault("refused", `${files.length} ${files.length === 1 ? "file is" : "files are"} in conflict.`, {
    reasons: files.slice(0, 20).map((file) => ({ check: "no-conflict", message: file })),
    hint: "Resolve them, git add them, then commit again.",
  });
}

async function stage(repo: Repo, git: Git, scratch: string, what: What): Promise<void> {
  const real = path.join(repo.gitDir, "index");
  if (what.kind === "paths")
    await git(["read-tree", (await repo.git(["rev-parse", "-q", "--verify", "HEAD"])).code === 0 ? "HEAD" : "--empty"]);
  else if (existsSync(real)) copyIndex(real, scratch);
  if (what.kind === "staged") return;
  const paths = what.kind === "all" ? [] : ["--", ...what.paths];
  const added = await git(
    ["--literal-pathspecs", "add", "-A", ...paths],
    what.kind === "paths" ? { cwd: what.cwd } : {},
  );
  if (added.code !== 0)
    throw new Fault("missing", sentence(added.stderr, "git could not stage that"), {
      hint: "See what there is: git status",
    });
}

/** The first line of git's complaint as a sentence. */
function sentence(stderr: string, otherwise: string): string {
  const line = stderr.split("\n").find((l) => l.trim() !== "" && !l.startsWith("hint:"));
  const said = (line ?? otherwise).replace(/^(fatal|error|warning): /, "").trim();
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

async function editIn(repo: Repo, git: Git, { file, apply }: NonNullable<CommitPlan["edit"]>): Promise<void> {
  const row = fields(await git(["--literal-pathspecs", "ls-files", "-s", "-z", "--", file]))[0];
  const staged =
    row === undefined
      ? undefined
      : decoded((await git(["cat-file", "blob", row.split(" ")[1] as string])).stdout, file);
  // A changes file that git does not know yet lies in the work tree only.
  const contents = apply(staged ?? readInside(repo, file) ?? "");
  const mode = row?.split(" ")[0] ?? "100644";
  if (mode === "120000") throw outside(file);
  const id = text(await repo.git(["hash-object", "-w", "--stdin"], { input: contents })) as string;
  await git(["update-index", "--add", "--cacheinfo", `${mode},${id},${file}`]);
}

const outside = (file: string, why = "is a symbolic link"): Fault =>
  new Fault("refused", `${file} ${why}, and Calcifer does not write through it.`, {
    hint: "Make it a plain file, or name another one in .calcifer.yaml under changes: file.",
  });

/** @throws Fault refused, when the file is a link or lies behind one that leads out of the repository */
function inside(repo: Repo, file: string): string {
  const top = realpathSync(repo.top);
  const full = path.join(top, file);
  let folder = path.dirname(full);
  while (folder.startsWith(top + path.sep) && !lstatSync(folder, { throwIfNoEntry: false }))
    folder = path.dirname(folder);
  const real = existsSync(folder) ? realpathSync(folder) : "";
  const link = lstatSync(full, { throwIfNoEntry: false })?.isSymbolicLink();
  if (link) throw outside(file);
  if (real !== top && !real.startsWith(top + path.sep)) throw outside(file, "leads out of the repository");
  // A policy is written by others: what it names must not be git's own.
  if (
    path
      .relative(top, path.join(real, path.relative(folder, full)))
      .split(path.sep)
      .some((part) => part.toLowerCase() === ".git")
  )
    throw outside(file, "lies in git's own folder");
  return full;
}

/**
 * A file of the work tree; undefined where there is none.
 * @throws Fault refused, when it leads elsewhere or is not UTF-8: written back it would not be what it was
 */
export function readInside(repo: Repo, file: string): string | undefined {
  const full = inside(repo, file);
  return existsSync(full) ? decoded(readFileSync(full), file) : undefined;
}

function decoded(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new Fault("refused", `${file} is not UTF-8, so Calcifer does not write into it.`, {
    hint: "Convert it once, for instance with iconv, and commit that.",
  });
}

/** Replaces a file of the work tree in one step, mode kept. */
export function writeInside(repo: Repo, file: string, contents: string): void {
  const full = inside(repo, file);
  const mode = statSync(full, { throwIfNoEntry: false })?.mode;
  mkdirSync(path.dirname(full), { recursive: true });
  const part = `${full}.calcifer-${randomBytes(4).toString("hex")}`;
  writeFileSync(part, contents, { flag: "wx" });
  if (mode !== undefined) chmodSync(part, mode & 0o7777);
  renameSync(part, full);
}

async function isSomethingStaged(repo: Repo, git: Git): Promise<boolean> {
  const head = (await repo.git(["rev-parse", "-q", "--verify", "HEAD"])).code === 0;
  if (!head) return fields(await git(["ls-files", "-z"])).length > 0;
  return (await git(["diff-index", "--cached", "--quiet", "HEAD"])).code !== 0;
}

async function nothingStaged(repo: Repo): Promise<Fault> {
  const files = await uncommitted(repo.git, repo.top);
  const some = isUnknown(files) ? [] : files;
  return new Fault("refused", some.length === 0 ? "There is nothing to commit." : "Nothing is staged.", {
    reasons: some.slice(0, 20).map((f) => ({ check: "uncommitted", message: `${f.state} ${f.path}` })),
    ...(some.length > 0 && { hint: "Take them all with --all, name paths, or stage them: git add" }),
  });
}

async function run(git: Git, message: string, env: CommitPlan["env"] = {}): Promise<void> {
  const made = await git(["commit", "-q", "--cleanup=whitespace", "-F", "-"], { input: message, hooks: true, env });
  if (made.code === 0) return;
  const said = made.stderr.replace(/^Calcifer: /, "");
  throw new Fault(
    "refused",
    /Please tell me who you are|empty ident/.test(said)
      ? "git does not know who you are."
      : sentence(said, "git refused the commit"),
    {
      hint: /Please tell me who you are|empty ident/.test(said)
        ? 'Tell it: git config --global user.name "You" and git config --global user.email you@example.org'
        : "Nothing has moved: your files and the index are as they were.",
      data: { output: made.stderr.slice(0, 20_000) },
    },
  );
}

/** After the commit: the index and the work tree follow, with what was not asked for left as it was. */
async function settle(repo: Repo, objects: Objects, scratch: string, plan: CommitPlan, commit: string): Promise<void> {
  if (plan.what.kind === "paths") await follow(repo, scratch, plan, commit);
  replaceIndex(repo, scratch);
  if (plan.edit) {
    const { file, apply } = plan.edit;
    const lies = readInside(repo, file);
    const committed = (await objects.readText(`${commit}:${file}`)) ?? "";
    if (lies === undefined) writeInside(repo, file, committed);
    else if (lies !== committed) writeInside(repo, file, apply(lies));
  }
  for (const file of plan.remove ?? []) rmSync(inside(repo, file), { force: true });
  forgetCommit(repo);
  await repo.git(["update-index", "-q", "--refresh"]);
}

/** Makes of the scratch index the real one with what the commit changed; anything else staged stays. */
async function follow(repo: Repo, scratch: string, plan: CommitPlan, commit: string): Promise<void> {
  const real = path.join(repo.gitDir, "index");
  if (!existsSync(real)) return;
  copyIndex(real, scratch);
  const git = withIndex(repo, scratch);
  const apart = plan.edit && (await stagedApart(repo, git, plan.edit, commit)) ? plan.edit.file : undefined;
  await git(["update-index", "-z", "--index-info"], { input: await indexInfo(repo, commit, apart) });
}

/** The edited file had other changes staged: they stay staged, with the edit. */
async function stagedApart(
  repo: Repo,
  git: Git,
  edit: NonNullable<CommitPlan["edit"]>,
  commit: string,
): Promise<boolean> {
  const row = fields(await git(["--literal-pathspecs", "ls-files", "-s", "-z", "--", edit.file]))[0];
  if (row === undefined) return false;
  const before = text(await repo.git(["rev-parse", "-q", "--verify", `${commit}^:${edit.file}`]));
  const id = row.split(" ")[1] as string;
  if (before === undefined || before === id) return false;
  const staged = (await repo.git(["cat-file", "blob", id])).stdout.toString("utf8");
  const next = text(await repo.git(["hash-object", "-w", "--stdin"], { input: edit.apply(staged) }));
  await git(["update-index", "--cacheinfo", `${row.split(" ")[0]},${next},${edit.file}`]);
  return true;
}

/** Uncommitted files, or the reason they cannot be told as a fault. */
export async function uncommittedIn(repo: Repo): Promise<Changed[]> {
  const files = await uncommitted(repo.git, repo.top);
  if (isUnknown(files))
    throw new Fault("unreachable", `What is uncommitted in ${repo.top} cannot be told: ${files.unknown}.`);
  return files;
}
