// A clean copy of a commit to run the tests in, and its removal. A repository of its own that borrows the objects: what the
// tests do with git reaches neither the person's refs nor their config, and no work tree is ever registered anywhere.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { chmod, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { firstLine, type Git } from "../../gate/git.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Keeper } from "../keepers.ts";
import type { World } from "../world.ts";

export interface Frozen {
  branch: string;
  tip: string;
  trunk: string;
  trunkTip: string;
}

/** Where runs of tests have their folders and logs. */
export const testsFolder = (world: World): string => path.join(world.folders.state, "tests");

/** @throws Fault refused, when git cannot lay the commit out */
export async function layOut(git: Git, repo: Repo, frozen: Frozen, top: string, signal: AbortSignal): Promise<void> {
  const run = async (...args: string[]) => {
    // What large files stand for would have to come from a server.
    const made = await git(args, { cwd: top, signal, env: { GIT_LFS_SKIP_SMUDGE: "1" } });
    if (made.code !== 0 && !signal.aborted)
      throw new Fault("refused", `${frozen.branch} could not be laid out for its tests: ${firstLine(made.stderr)}`);
  };
  mkdirSync(top, { recursive: true, mode: 0o700 });
  const format = frozen.tip.length === 64 ? ["--object-format=sha256"] : [];
  await run("init", "-q", "--template=", ...format, "-b", frozen.branch, ".");
  borrow(repo, path.join(top, ".git"));
  if (frozen.trunk !== frozen.branch) await run("update-ref", `refs/heads/${frozen.trunk}`, frozen.trunkTip);
  await run("update-ref", `refs/heads/${frozen.branch}`, frozen.tip);
  await run("read-tree", "-u", "--reset", frozen.tip);
}

function borrow({ commonDir }: Repo, gitDir: string): void {
  mkdirSync(path.join(gitDir, "objects", "info"), { recursive: true });
  const objects = path.join(commonDir, "objects");
  const line = /["\\\n]/.test(objects) ? JSON.stringify(objects) : objects;
  writeFileSync(path.join(gitDir, "objects", "info", "alternates"), `${line}\n`);
  const shallow = path.join(commonDir, "shallow");
  if (existsSync(shallow)) copyFileSync(shallow, path.join(gitDir, "shallow"));
}

/** Removes a folder, also where tests left folders in it that cannot be written to. */
export async function removeAll(folder: string): Promise<void> {
  const once = () => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  try {
    await once();
  } catch {
    await openUp(folder);
    await once();
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await openUp(path.join(folder, entry.name));
}

/** Removes what runs of a daemon that was killed have left. Made before this daemon begins one of its own. */
export function sweepTests(world: World): Keeper {
  const runs = path.join(testsFolder(world), "runs");
  const left = existsSync(runs) ? readdirSync(runs) : [];
  return {
    name: "tests",
    async run(signal) {
      for (const name of left) {
        if (signal.aborted) return;
        await removeAll(path.join(runs, name)).catch((error: unknown) =>
          world.log.warn({ err: error, folder: name }, "what a run of tests left could not be removed"),
        );
      }
    },
  };
}
