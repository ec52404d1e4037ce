// Where two lines of history parted. It follows from the two commits, and is asked for again and again.
import path from "node:path";
import { type GitOptions, text } from "./git.ts";
import { Latest, stampOf } from "./remember.ts";
import type { Repo } from "./repo.ts";

const known = new Latest<string>(500);

/** @returns undefined where they share no history, or git cannot tell; that is not remembered, nor beyond a deepened clone */
export async function mergeBase(
  repo: Repo,
  trunkTip: string,
  tip: string,
  options?: Pick<GitOptions, "signal">,
): Promise<string | undefined> {
  const key = [repo.commonDir, trunkTip, tip, stampOf(path.join(repo.commonDir, "shallow"))].join("\0");
  const base = known.get(key) ?? text(await repo.git(["merge-base", trunkTip, tip], options));
  return base && known.set(key, base);
}
