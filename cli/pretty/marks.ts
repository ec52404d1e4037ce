// The few signs and phrases every printer uses: marks, item names, the next command.
import type { Paper } from "../paper.ts";
import { clean } from "../text.ts";

export type State = "yes" | "no" | "unknown";

/** ✓ ✗ ? */
export const mark = (state: State, on: Paper): string =>
  state === "yes" ? on.green("✓") : state === "no" ? on.red("✗") : on.yellow("?");

/** What was done, in a line. */
export const done = (on: Paper, sentence: string): string => `${on.green("✓")} ${sentence}`;

/** Something to know that holds nothing up. */
export const warning = (on: Paper, sentence: string): string => `${on.yellow("!")} ${sentence}`;

/** The next sensible command. */
export const next = (on: Paper, command: string): string => `${on.dim("Next:")} ${command}`;

export const heading = (on: Paper, title: string, rest = ""): string =>
  rest === "" ? on.bold(title) : `${on.bold(title)}  ${on.dim(rest)}`;

/** `#42 Add TLS` */
export const named = (item: { id: number; title: string }): string => `#${item.id} ${clean(item.title)}`;

export const short = (commit: string): string => clean(commit).slice(0, 10);
