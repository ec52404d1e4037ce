// `calcifer gate ci`: judges a range of commits in a CI checkout, with neither daemon nor database.
import { judgeRange } from "../../gate/judge.ts";
import { Objects, openRepo } from "../../gate/repo.ts";
import { faults } from "../../protocol/errors.ts";
import type { Verdict } from "../../protocol/shared.ts";

export interface CiAsked {
  /** what the range is merged into, such as origin/main */
  base: string;
  /** what is merged; HEAD when left out */
  head?: string;
  format: "text" | "json" | "github";
  repo: string;
}

/**
 * Judges `base..head` and prints the verdict.
 * @returns the exit status: 0 for yes, that of `refused` for no and for cannot tell
 */
export async function ci(asked: CiAsked): Promise<number> {
  const repo = await openRepo(asked.repo);
  const objects = new Objects(repo.gitDir);
  try {
    const verdict = await judgeRange(repo, objects, { base: asked.base, head: asked.head ?? "HEAD" });
    process.stdout.write(written[asked.format](verdict));
    return verdict.state === "yes" ? 0 : faults.refused.exit;
  } finally {
    objects.close();
  }
}

const marks = { yes: "✓", no: "✗", unknown: "?" } as const;
// A title or a path may come from anybody: nothing in it may start a terminal sequence or another annotation.
const plain = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, " ");

const written: Record<CiAsked["format"], (verdict: Verdict) => string> = {
  json: (verdict) => `${JSON.stringify(verdict, null, 2)}\n`,
  text: ({ line, checks, warnings }) => {
    const rows = checks.flatMap((c) => [
      `  ${marks[c.state]} ${c.id}: ${plain(c.message)}`,
      ...(c.state === "yes" ? [] : (c.detail ?? []).slice(1, 20).map((d) => `      ${plain(d)}`)),
      ...(c.next && c.state !== "yes" ? [`      → ${c.next}`] : []),
    ]);
    return `${[plain(line), ...rows, ...warnings.map((w) => `  ! ${plain(w)}`)].join("\n")}\n`;
  },
  github: ({ line, checks, warnings }) => {
    const rows = checks
      .filter((c) => c.state !== "yes")
      .map((c) => annotation(c.required ? "error" : "warning", c.id, c.message));
    return `${[...rows, ...warnings.map((w) => annotation("warning", "policy", w)), plain(line)].join("\n")}\n`;
  },
};

/** A workflow command of GitHub Actions; its own escapes for percent, newlines, and in properties colon and comma. */
function annotation(level: "error" | "warning", title: string, message: string): string {
  const data = plain(message).replaceAll("%", "%25");
  return `::${level} title=Calcifer ${title.replace(/[%:,\r\n]/g, " ")}::${data}`;
}
