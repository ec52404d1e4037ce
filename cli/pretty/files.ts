// Changed files, as `git status --short` writes them.
import type { Paper } from "../paper.ts";
import { clean, count } from "../text.ts";

const most = 20;

export function files(changed: readonly { path: string; state: string }[], on: Paper): string[] {
  const lines = changed
    .slice(0, most)
    .map(({ path, state }) => `  ${on.yellow(clean(state).padEnd(2))} ${clean(path)}`);
  return changed.length > most
    ? [...lines, `  ${on.dim(`and ${count(changed.length - most, "more file", "more files")}`)}`]
    : lines;
}
