// For test/fault: lets the daemon die, as by kill -9, right behind a step of a merge. Does nothing unless CALCIFER_DIE_AT names one.

/** What a merge has behind it, in this order. */
export type Moment = "planned" | "moved" | "followed" | "recorded" | "left" | "deleted" | "closed";

export function mayDieAfter(moment: Moment): void {
  if (process.env.CALCIFER_DIE_AT === moment) process.kill(process.pid, "SIGKILL");
}
