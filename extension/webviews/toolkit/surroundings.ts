// What every page is told of the window around it.
import * as z from "zod";

export const surroundings = {
  connection: z.enum(["starting", "up", "lost", "stopped", "failed"]),
  /** false: the workspace is not trusted, so nothing is written */
  trusted: z.boolean(),
};

export const nothing = z.undefined();

/** Commands about the window; all the others of a page are about its item. */
export const windowCommands = ["calcifer.daemon.restart", "calcifer.daemon.logs", "workbench.trust.manage"] as const;
