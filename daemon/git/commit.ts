// Makes a commit in a scratch index, so that a refused one has moved nothing: not the index, not a file.
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
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
import type { Opened } from "./repos.ts";

export type What = { kind: "staged" } | { kind: "all" } | { kind: "paths"; paths: string[]; cwd: string };

export interface CommitPlan {
  what: What;
  message: string;
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
  const scratch = path.join(repo.gitDir, `calcifer-index-${randomBytes(6).toString("hex")}`);
  const env = { GIT_INDEX_FILE: scratch };
  const git: Git = (args, options) => repo.git(args, { ...options, env: { ...env, ...options?.env } });
  try {
    await stage(repo, git, scratch, plan.what);
    if (plan.remove?.length)
      await git(["update-index", "--force-remove", "-z", "--stdin"], {
        input: plan.remove.map((f) => `${f}\0`).join(""),
      });
    if (plan.edit) await editIn(repo, git, plan.edit);
    await somethingStaged(repo, git);
    const reasons = (await plan.judge?.(scratch)) ?? [];
    if (reasons[0])
      throw new Fault("refused", reasons[0].message, {
        reasons,
        hint: "Nothing has moved: your files and the index are as they were.",
      });
    await run(repo, git, plan.message);
    const commit = text(await repo.git(["rev-parse", "HEAD"])) as string;
    await settle(repo, objects, scratch, plan, commit);
    return commit;
  } finally {
    rmSync(scratch, { force: true });
    rmSync(`${scratch}.lock`, { force: true });
  }
}

/** Commits some files as they lie in the work tree; what else is staged stays staged. */
export const commitFiles = (opened: Opened, files: string[], message: string): Promise<string> =>
  makeCommit(opened, { what: { kind: "paths", paths: files, cwd: opened.repo.top }, message });

async function stage(repo: Repo, git: Git, scratch: string, what: What): Promise<void> {
  const real = path.join(repo.gitDir, "index");
  if (what.kind === "paths")
    await git(["read-tree", (await repo.git(["rev-parse", "-q", "--verify", "HEAD"])).code === 0 ? "HEAD" : "--empty"]);
  else if (existsSync(real)) copyFileSync(real, scratch);
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
  const row = fields(await git(["ls-files", "-s", "-z", "--", file]))[0];
  const staged =
    row === undefined
      ? undefined
      : (await git(["cat-file", "blob", row.split(" ")[1] as string])).stdout.toString("utf8");
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

/** A file of the work tree; undefined where there is none. */
export function readInside(repo: Repo, file: string): string | undefined {
  const full = inside(repo, file);
  return existsSync(full) ? readFileSync(full, "utf8") : undefined;
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

async function somethingStaged(repo: Repo, git: Git): Promise<void> {
  const head = (await repo.git(["rev-parse", "-q", "--verify", "HEAD"])).code === 0;
  const empty = head
    ? (await git(["diff-index", "--cached", "--quiet", "HEAD"])).code === 0
    : fields(await git(["ls-files", "-z"])).length === 0;
  if (!empty) return;
  const files = await uncommitted(repo.git, repo.top);
  const some = isUnknown(files) ? [] : files;
  throw new Fault("refused", some.length === 0 ? "There is nothing to commit." : "Nothing is staged.", {
    reasons: some.slice(0, 20).map((f) => ({ check: "uncommitted", message: `${f.state} ${f.path}` })),
    ...(some.length > 0 && { hint: "Take them all with --all, name paths, or stage them: git add" }),
  });
}

async function run(_repo: Repo, git: Git, message: string): Promise<void> {
  const made = await git(["commit", "-q", "--cleanup=whitespace", "-F", "-"], { input: message, hooks: true });
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
  if (plan.edit) {
    const { file, apply } = plan.edit;
    const lies = readInside(repo, file);
    const committed = (await objects.readText(`${commit}:${file}`)) ?? "";
    if (lies === undefined) writeInside(repo, file, committed);
    else if (lies !== committed) writeInside(repo, file, apply(lies));
  }
  for (const file of plan.remove ?? []) rmSync(inside(repo, file), { force: true });
  if (plan.what.kind === "paths") await follow(repo, plan, commit);
  else await replaceIndex(repo, scratch);
  await repo.git(["update-index", "-q", "--refresh"]);
}

/** Sets in the real index what the commit changed; anything else staged stays. */
async function follow(repo: Repo, plan: CommitPlan, commit: string): Promise<void> {
  const rows = fields(
    await repo.git([
      "diff-tree",
      "-r",
      "--root",
      "--no-commit-id",
      "-z",
      "--raw",
      "--no-renames",
      "--no-abbrev",
      commit,
    ]),
  );
  const info: string[] = [];
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const [, mode, , id, state] = (rows[i] as string).split(" ");
    const file = rows[i + 1] as string;
    if (file === plan.edit?.file && (await stagedApart(repo, plan.edit, commit))) continue;
    info.push(state === "D" ? `0 ${"0".repeat(40)}\t${file}` : `${mode} ${id}\t${file}`);
  }
  await repo.git(["update-index", "-z", "--index-info"], { input: info.map((r) => `${r}\0`).join("") });
}

/** The edited file had other changes staged: they stay staged, with the edit. */
async function stagedApart(repo: Repo, edit: NonNullable<CommitPlan["edit"]>, commit: string): Promise<boolean> {
  const row = fields(await repo.git(["ls-files", "-s", "-z", "--", edit.file]))[0];
  if (row === undefined) return false;
  const before = text(await repo.git(["rev-parse", "-q", "--verify", `${commit}^:${edit.file}`]));
  const id = row.split(" ")[1] as string;
  if (before === undefined || before === id) return false;
  const staged = (await repo.git(["cat-file", "blob", id])).stdout.toString("utf8");
  const next = text(await repo.git(["hash-object", "-w", "--stdin"], { input: edit.apply(staged) }));
  await repo.git(["update-index", "--cacheinfo", `${row.split(" ")[0]},${next},${edit.file}`]);
  return true;
}

/** By git's own protocol: write index.lock, rename it. */
async function replaceIndex(repo: Repo, scratch: string): Promise<void> {
  const lock = path.join(repo.gitDir, "index.lock");
  const bytes = readFileSync(scratch);
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(lock, bytes, { flag: "wx" });
      return renameSync(lock, path.join(repo.gitDir, "index"));
    } catch (error) {
      // Another git holds it for a moment; the commit stands, so this is worth waiting for.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Uncommitted files, or the reason they cannot be told as a fault. */
export async function uncommittedIn(repo: Repo): Promise<Changed[]> {
  const files = await uncommitted(repo.git, repo.top);
  if (isUnknown(files))
    throw new Fault("unreachable", `What is uncommitted in ${repo.top} cannot be told: ${files.unknown}.`);
  return files;
}
