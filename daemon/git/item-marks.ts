// Whose branch it is, said in the repository itself: its config for every clone of git's tools, a marker file for our hooks.
import path from "node:path";
import { settingsIn } from "../../gate/config.ts";
import { marks, type Repo, readText } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { pause } from "../life/clock.ts";
import { markBranch, unmarkBranch } from "./marks.ts";

type Ran = Awaited<ReturnType<Repo["git"]>>;

/** Says in the repository's own config whose branch it is, so that hooks know without a daemon. */
export async function mark(
  repo: Repo,
  branch: string,
  item: { id: number; key: string; title: string; service: string | null },
): Promise<void> {
  const values = {
    calciferItem: String(item.id),
    calciferKey: item.key,
    calciferTitle: item.title,
    ...(item.service !== null && { calciferService: item.service }),
  };
  for (const [key, value] of Object.entries(values)) await configure(repo, `branch.${branch}.${key}`, value);
  markBranch(repo.commonDir, branch);
}

const ours = ["calciferItem", "calciferKey", "calciferTitle", "calciferService"];

/** Takes the mark away; what else the branch's section says stays. */
export async function unmark(repo: Repo, branch: string): Promise<void> {
  const had = (await marks(repo)).has(branch);
  if (had && !(onlyOurs(repo, branch) && (await removeSection(repo, branch)))) await unsetOurs(repo, branch);
  unmarkBranch(repo.commonDir, branch);
}

/** Whether the section says nothing that is not ours: then it goes in one step. */
function onlyOurs(repo: Repo, branch: string): boolean {
  const settings = settingsIn(readText(path.join(repo.commonDir, "config")) ?? "") ?? [
    { key: "", section: "branch", subsection: branch },
  ];
  const said = settings.filter((s) => s.section === "branch" && s.subsection === branch);
  return said.every(({ key }) => ours.some((name) => name.toLowerCase() === key));
}

const removeSection = async (repo: Repo, branch: string): Promise<boolean> =>
  (await config(repo, "--remove-section", `branch.${branch}`)).code === 0;

async function unsetOurs(repo: Repo, branch: string): Promise<void> {
  for (const key of ours) await config(repo, "--unset-all", `branch.${branch}.${key}`);
  const section = `^branch\\.${branch.replace(/[^\w/-]/g, "\\$&")}\\.`;
  const left = await repo.git(["config", "--local", "--get-regexp", section]);
  if (left.code !== 0) await removeSection(repo, branch);
}

async function configure(repo: Repo, ...args: string[]): Promise<void> {
  const result = await config(repo, ...args);
  if (result.code !== 0) throw refusedByGit(result, "config");
}

/** Others write there too: VS Code notes the base of a branch it has just seen. git itself does not wait for the lock. */
async function config(repo: Repo, ...args: string[]): Promise<Ran> {
  for (let left = lockTries; ; left--) {
    const result = await repo.git(["config", "--local", ...args]);
    if (left === 0 || result.code === 0 || !/could not lock config file/.test(result.stderr)) return result;
    await pause(lockPause);
  }
}

/** Two seconds: a lock is held for milliseconds, one that stays was left by somebody who died. */
const [lockTries, lockPause] = [80, 25];

/** Runs git, and turns its no into a fault with git's own first line. */
export async function orThrow(
  repo: Repo,
  args: string[],
  options: { hooks?: boolean; cwd?: string; env?: Record<string, string> } = {},
): Promise<void> {
  const result = await repo.git(args, options);
  if (result.code !== 0) throw refusedByGit(result, args[0] ?? "");
}

function refusedByGit({ stderr }: Ran, command: string): Fault {
  const lines = stderr.split("\n");
  const line = lines.find((l) => l.trim() !== "" && !l.startsWith("hint:")) ?? `git ${command} failed`;
  const files = lines.filter((l) => l.startsWith("\t")).map((l) => ({ check: "files", message: l.trim() }));
  return new Fault("refused", line.replace(/^(fatal|error): /, "").replace(/:?\.?$/, "."), { reasons: files });
}
