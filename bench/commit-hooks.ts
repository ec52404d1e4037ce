// A commit on an item's branch through all our hooks, with the daemon up.
import { commitContest } from "./measure/contest.ts";
import type { Row } from "./measure/row.ts";

export default {
  name: "commit-hooks",
  what: "git commit through all our hooks, daemon up, beside no hooks, lefthook, husky + commitlint",
  run: (bench) => commitContest(bench, { daemon: "up", lefthook: { ratio: 0.6 }, bare: { ratio: 4 } }),
} satisfies Row;
