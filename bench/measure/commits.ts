// The same commit in several repositories: with Calcifer's hooks, with none, under lefthook, under husky and commitlint.
import { appendFileSync, existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import { commitFiles, emptyChanges, fileName, makeRepository, stageChange } from "./repository.ts";
import type { Contender } from "./series.ts";
import { type Bench, type Home, modules, plainEnv, run, timeOf } from "./stage.ts";

/** Each commit adds an entry that names this item. */
const item = 1;
const policy = "trunk: main\n";

type Env = NodeJS.ProcessEnv;

/** A repository with an item's branch checked out, whose every commit Calcifer judges. */
export async function underCalcifer(home: Home, files: number): Promise<Contender> {
  const folder = plain(home.folder, "ours", files, home.env);
  await home.ask("service.add", { path: folder });
  const { id } = await home.ask<{ id: number }>("work.add", { title: "Change things", service: "ours" });
  if (id !== item) throw new Error(`The item should be #${item}; it is #${id}.`);
  await home.ask("work.start", { item: id });
  mustRefuse(folder, home.env);
  return commits(folder, home.env);
}

/** A hook that does nothing is fast: only one that says no to a commit without an entry may be measured. */
function mustRefuse(folder: string, env: Env): void {
  appendFileSync(path.join(folder, fileName(0)), "without an entry\n");
  try {
    run("git", ["commit", "-q", "-a", "-m", "feat: no entry"], folder, env);
  } catch {
    run("git", ["reset", "-q", "--hard"], folder, env);
    return;
  }
  throw new Error(`A commit without an entry went through in ${folder}: its hooks do not judge.`);
}

export function withoutHooks(bench: Bench, files: number): Contender {
  const env = envOf(bench, `bare${files}`);
  const folder = plain(bench.folder, `bare${files}/repo`, files, env);
  branch(folder, env);
  return commits(folder, env);
}

/** lefthook as npm installs it, with one check as small as ours. */
export function underLefthook(
  bench: Bench,
  files: number,
  more: (env: Env) => Env = (env) => env,
): Contender | undefined {
  if (!existsSync(path.join(modules, ".bin/lefthook"))) return undefined;
  const name = `lefthook${files}${more === sameEnv ? "" : "-"}`;
  const env = more(envOf(bench, name));
  const folder = plain(bench.folder, `${name}/repo`, files, env, {
    "lefthook.yml": "commit-msg:\n  commands:\n    entry:\n      run: sh check-entry.sh\n",
    "check-entry.sh": checkEntry,
  });
  bringModules(folder);
  run(path.join(folder, "node_modules/.bin/lefthook"), ["install"], folder, withNode(env));
  branch(folder, env);
  mustRefuse(folder, env);
  return commits(folder, env);
}
export const sameEnv = (env: Env): Env => env;

/** What a person would write who wants the entry and has lefthook. */
const checkEntry = `git diff --cached -U0 CHANGES.md | grep -q '^+- .*(#${item})' && exit 0
echo 'CHANGES.md has no entry' >&2
exit 1
`;

/** husky with commitlint, called directly: `npx`, as their pages have it, would add its own start. */
export function underHusky(bench: Bench, files: number): Contender | undefined {
  if (!["husky", "commitlint"].every((name) => existsSync(path.join(modules, ".bin", name)))) return undefined;
  const env = envOf(bench, `husky${files}`);
  const folder = plain(bench.folder, `husky${files}/repo`, files, env, {
    ".husky/commit-msg": 'commitlint --edit "$1"\n',
    "commitlint.config.mjs": 'export default { extends: ["@commitlint/config-conventional"] };\n',
  });
  bringModules(folder);
  run(path.join(folder, "node_modules/.bin/husky"), [], folder, withNode(env));
  branch(folder, env);
  return commits(folder, env);
}

function envOf(bench: Bench, name: string): Env {
  const home = bench.home(name);
  return plainEnv(home.folder);
}

function plain(parent: string, name: string, files: number, env: Env, more: Record<string, string> = {}): string {
  const folder = makeRepository(path.join(parent, name), { commits: 100, files }, env);
  commitFiles(
    folder,
    { "CHANGES.md": emptyChanges, ".calcifer.yaml": policy, ".gitignore": "node_modules\n", ...more },
    env,
  );
  return folder;
}

function branch(folder: string, env: Env): void {
  run("git", ["switch", "-q", "-c", "work/1-change-things"], folder, env);
}

function bringModules(folder: string): void {
  symlinkSync(modules, path.join(folder, "node_modules"));
}

const withNode = (env: Env): Env => ({
  ...env,
  PATH: `${path.dirname(process.execPath)}${path.delimiter}${env.PATH}`,
});

/** Only the commit is timed: writing and staging the change is the same everywhere. */
function commits(folder: string, env: Env): Contender {
  let n = 0;
  return () => {
    stageChange(folder, ++n, item, env);
    return timeOf("git", ["commit", "-q", "-m", `feat: change ${n}`], folder, env);
  };
}
