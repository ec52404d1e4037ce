// The gate's door in the daemon: the verdict of a branch, waivers, and the answers for git's hooks.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import type { Watched } from "../git/verdicts.ts";
import type { Judge } from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { badges } from "./badge.ts";
import { answering } from "./hook.ts";
import { statuses } from "./status.ts";
import { testing } from "./test.ts";
import { waiving } from "./waive.ts";

export { judgeWithOthers } from "./conflicts.ts";
export { sweepTests } from "./frozen.ts";
export { recordedTests } from "./test.ts";

export function gateRoom(world: World, repos: Repos, judge: Judge, watched: Watched): Implements<Api["gate"], Call> {
  return {
    show: statuses(world, repos, judge, watched),
    waive: waiving(world, repos),
    test: testing(world, repos),
    badge: badges(world, repos),
    hook: answering(world, repos),
  };
}
