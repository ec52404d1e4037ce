// A reporter for knip that says how many files it looked at, so that "nothing unused" in nothing can be told apart.
import type { ReporterOptions } from "knip";

export default function count({ counters }: ReporterOptions): void {
  console.log(`knip processed ${counters.processed} files`);
}
