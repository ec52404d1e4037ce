// Reads what V8 saw during the unit tests: how much of every decision was tried.
// Knows which files must be covered and how far, not how tests run.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

const root = path.dirname(import.meta.dirname);
const folder = path.join(root, "coverage");
const raw = path.join(folder, "raw");
const enough = 95;

/** The part of istanbul's format that c8 writes and we read. */
type FileCoverage = {
  b: { [branch: string]: number[] };
  branchMap: { [branch: string]: { loc: { start: { line: number } } } };
  f: { [name: string]: number };
  fnMap: { [name: string]: { loc: { start: { line: number } } } };
};
type Part = { line: number; tried: boolean };

/** Environment for the process to be measured. Forgets what an earlier run measured. */
export function measured(): { NODE_V8_COVERAGE: string } {
  rmSync(folder, { recursive: true, force: true });
  return { NODE_V8_COVERAGE: raw };
}

/** Sentences about what is not covered well enough; none when all is well. */
export function coverageComplaints(): string[] {
  const gate = globSync("gate/**/*.ts", { cwd: root }).filter(decides);
  const rules = globSync(["{gate,daemon,protocol,cli}/**/rules.ts", "gate/{checks,tests}.ts"], { cwd: root });
  if (gate.length === 0) return [];
  const report = readReport();
  if (!report) return ["c8 wrote no report"];
  const targets = [{ name: "gate/", files: gate }, ...rules.map((file) => ({ name: file, files: [file] }))];
  return targets.flatMap(({ name, files }) => complaint(name, files, report));
}

function decides(file: string): boolean {
  return !/\.test\.ts$|-samples\.ts$/.test(file) && !isOnlyTypes(file);
}

function isOnlyTypes(file: string): boolean {
  const { program } = parseSync(file, readFileSync(path.join(root, file), "utf8"));
  return program.body.every((statement) => {
    if (statement.type === "ImportDeclaration") return statement.importKind === "type";
    if (statement.type === "ExportNamedDeclaration") return statement.exportKind === "type";
    return statement.type === "TSTypeAliasDeclaration" || statement.type === "TSInterfaceDeclaration";
  });
}

function readReport(): Map<string, FileCoverage> | undefined {
  const c8 = path.join(root, "node_modules/c8/bin/c8.js");
  const args = ["report", "--temp-directory", raw, "--reporter", "json", "--reporter", "html", "-o", folder];
  spawnSync(process.execPath, [c8, ...args, "--include", "gate/**", "--include", "**/rules.ts"], { cwd: root });
  const file = path.join(folder, "coverage-final.json");
  if (!existsSync(file)) return undefined;
  const entries = Object.entries<FileCoverage>(JSON.parse(readFileSync(file, "utf8")));
  return new Map(entries.map(([where, coverage]) => [path.relative(root, where), coverage]));
}

function complaint(name: string, files: string[], report: Map<string, FileCoverage>): string[] {
  const parts = files.flatMap((file) => partsOf(report.get(file)).map((part) => ({ ...part, file })));
  const missed = parts.filter((part) => !part.tried);
  const percent = Math.floor((1000 * (parts.length - missed.length)) / parts.length) / 10;
  if (percent >= enough) return [];
  const where = missed.map((part) => `${part.file}:${part.line}`).join(", ");
  return [`${name}: ${percent} % of the branches were tried, ${enough} % are asked for. Not tried: ${where}`];
}

// V8 does not look inside a function that was never called, so c8 finds no branches there and calls it fully
// covered by branch. Such a function counts here as one branch not taken; so does a file nobody loaded.
function partsOf(coverage: FileCoverage | undefined): Part[] {
  if (!coverage) return [{ line: 1, tried: false }];
  const branches = Object.entries(coverage.b).flatMap(([id, counts]) =>
    counts.map((count) => ({ line: coverage.branchMap[id]?.loc.start.line ?? 0, tried: count > 0 })),
  );
  const neverCalled = Object.entries(coverage.f)
    .filter(([, count]) => count === 0)
    .map(([name]) => ({ line: coverage.fnMap[name]?.loc.start.line ?? 0, tried: false }));
  return [...branches, ...neverCalled];
}
