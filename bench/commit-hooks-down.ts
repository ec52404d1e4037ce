// The same commit when no daemon runs: the hooks judge in processes of their own.
import { commitContest } from "./measure/contest.ts";
import type { Row } from "./measure/row.ts";

export default {
  name: "commit-hooks-down",
  what: "git commit through all our hooks, daemon down, beside lefthook",
  run: (bench) => commitContest(bench, { daemon: "down", lefthook: { ratio: 2 } }),
} satisfies Row;
