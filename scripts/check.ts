// Runs the tools that read the code without running it: types, format and lint, promises and cycles, unused parts.
// A tool that looked at nothing has failed, whatever it says.
import { spawn } from "node:child_process";
import path from "node:path";
import { type SlowTest, tellOutcome } from "./outcome.ts";

const root = path.dirname(import.meta.dirname);

type Tool = {
  name: string;
  command: string[];
  /** How many files of ours it looked at, read from what it printed. */
  seen: (output: string) => number;
  /** Lines that are only there to be counted. */
  hide?: RegExp;
};

const listedFile = /^(\/|[A-Z]:).*\.[cm]?ts$/;

const tools: Tool[] = [
  {
    name: "types (tsc)",
    command: ["typescript/bin/tsc", "--noEmit", "--pretty", "false", "--listFiles"],
    seen: (output) => output.split("\n").filter(isOwnFile).length,
    hide: listedFile,
  },
  {
    name: "types of the pages (tsc)",
    command: ["typescript/bin/tsc", "-p", "extension/webviews", "--noEmit", "--pretty", "false", "--listFiles"],
    seen: (output) => output.split("\n").filter(isOwnFile).length,
    hide: listedFile,
  },
  {
    name: "format and lint (biome)",
    command: ["@biomejs/biome/bin/biome", "ci", "--colors=off", "--error-on-warnings", "."],
    seen: numberIn(/Checked (\d+) files?/),
  },
  {
    name: "promises and cycles (oxlint)",
    command: ["oxlint/bin/oxlint", "--deny-warnings", "--report-unused-disable-directives"],
    seen: numberIn(/on (\d+) files?/),
  },
  {
    name: "nothing unused (knip)",
    command: ["knip/bin/knip.js", "--no-progress", "--reporter", "compact", "--reporter", "./scripts/knip-count.ts"],
    seen: numberIn(/knip processed (\d+) files/),
  },
];

type Verdict = { name: string; ok: boolean; said: string; milliseconds: number };

async function check(tool: Tool): Promise<Verdict> {
  const started = Date.now();
  const { status, output } = await run(tool.command);
  const seen = tool.seen(output);
  const said = lines(output, (line) => !tool.hide?.test(line));
  return {
    name: tool.name,
    ok: status === 0 && seen > 0,
    said: seen > 0 ? said : `${said}\nIt looked at 0 files, which proves nothing.`.trim(),
    milliseconds: Date.now() - started,
  };
}

function run([program = "", ...args]: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [path.join(root, "node_modules", program), ...args], {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

function lines(output: string, keep: (line: string) => boolean): string {
  return output.split("\n").filter(keep).join("\n").trim();
}

function isOwnFile(line: string): boolean {
  return listedFile.test(line) && !line.includes("node_modules");
}

function numberIn(pattern: RegExp): (output: string) => number {
  return (output) => Number(pattern.exec(output)?.[1] ?? 0);
}

function print(verdict: Verdict): void {
  console.log(`  ${verdict.ok ? "✓" : "✗"} ${verdict.name} ${verdict.milliseconds} ms`);
  if (!verdict.ok) console.log(`${verdict.said.replaceAll(/^/gm, "    ")}\n`);
}

const verdicts = await Promise.all(
  tools.map(async (tool) => {
    const verdict = await check(tool);
    print(verdict);
    return verdict;
  }),
);
const failed = verdicts.filter((verdict) => !verdict.ok).length;
const slow: SlowTest[] = verdicts.map(({ name, milliseconds }) => ({ title: name, milliseconds }));
tellOutcome({ passed: verdicts.length - failed, failed, pending: 0, slow });
process.exitCode = failed > 0 ? 1 : 0;
