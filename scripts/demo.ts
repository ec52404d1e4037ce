// Walks the change loop for real: a temporary home, two sample repositories, every command with its true output.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SampleHome } from "./samples.ts";

const root = path.resolve(import.meta.dirname, "..");
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const sample = new SampleHome("calcifer-demo-");
const home = sample.folder;
const env = { ...sample.env, ...(colour && { FORCE_COLOR: "1" }) };

const say = (text: string): void => console.log(`\n${paint(1, `▸ ${text}`)}`);

/** Runs one shell line in a folder and shows it with its output, as a terminal would. */
function run(folder: string, line: string, expected = 0): string {
  console.log(`${paint(2, `${folder} $`)} ${paint(36, line)}`);
  const result = spawnSync("sh", ["-c", `${line} 2>&1`], { cwd: path.join(home, folder), env, encoding: "utf8" });
  const output = result.stdout.replaceAll(home, "~");
  process.stdout.write(output.replace(/^(?=.)/gm, "  "));
  if (result.status !== expected) throw new Error(`“${line}” ended with ${result.status}, not ${expected}.`);
  if (expected !== 0) console.log(paint(2, `  [exit ${expected}]`));
  return output;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const full = path.join(home, folder, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, change(existsSync(full) ? readFileSync(full, "utf8") : ""));
  console.log(`${paint(2, `${folder} $`)} ${paint(36, `… you edit ${file}`)}`);
}

function walk(): void {
  say("Two services, each in a repository of its own");
  run("gateway", "calcifer service add . --commit");
  run("billing", "calcifer service add . --commit");

  say("A change to the gateway: one work item, one branch");
  run("gateway", 'calcifer work add "Add TLS" --service gateway --type feature --label security');
  run("gateway", "calcifer work start 1");
  edit("gateway", "Caddyfile", (t) => t.replace("{\n", "{\n  tls internal\n"));

  say("A commit without an entry in CHANGES.md is refused by git itself");
  run("gateway", 'git commit -a -m "Terminate TLS"', 1);
  run("gateway", 'calcifer commit --all -m "Terminate TLS" --entry "TLS on every public address" --section Added');

  say("What still stands between this branch and main?");
  run("gateway", "calcifer status");
  run("gateway", "calcifer work document");
  edit("gateway", "docs/changes/1-add-tls.md", (t) =>
    t.replace(
      "## What it does\n",
      "## What it does\nThe gateway answers on HTTPS with a certificate of the internal CA.\n",
    ),
  );
  run("gateway", 'calcifer commit --all -m "Document TLS" --entry "A page on certificates"');
  run("gateway", "calcifer work check 1 --all");
  run("gateway", 'calcifer work note 1 "Certificates renew by themselves; the root is in the password store."');
  run("gateway", "calcifer status");

  say("One action validates, merges, completes");
  run("gateway", "calcifer work finish 1");
  run("gateway", "git log --oneline --graph");
  run("gateway", "cat CHANGES.md");

  say("Nothing reaches main on the side, --no-verify or not");
  edit("billing", "invoice.js", (t) => t.replace("l.price", "l.price * l.count"));
  run("billing", 'git commit -a --no-verify -m "Quick fix"', 128);
  run("billing", 'calcifer work add "Totals ignore the count" --service billing --type bug');
  run("billing", "calcifer work start 2 --carry");
  run("billing", 'calcifer commit --all -m "Count in totals" --entry "Invoices add up" --section Fixed');
  run("billing", "calcifer home");
}

function verify(): void {
  const item = JSON.parse(
    spawnSync("calcifer", ["work", "show", "1", "--json"], { cwd: path.join(home, "gateway"), env, encoding: "utf8" })
      .stdout,
  );
  const log = spawnSync("git", ["log", "--format=%H", "main"], {
    cwd: path.join(home, "gateway"),
    env,
    encoding: "utf8",
  }).stdout;
  const changes = readFileSync(path.join(home, "gateway", "CHANGES.md"), "utf8");
  if (item.status !== "done") throw new Error(`The item is ${item.status}, not done.`);
  if (!log.includes(item.merged.commit)) throw new Error("The merge is not on main.");
  if (!changes.includes("TLS on every public address (#1)")) throw new Error("The entry is not in CHANGES.md.");
  console.log(
    `\n${paint(32, "✓")} #1 is done, its merge ${item.merged.commit.slice(0, 8)} is on main, its entry is in CHANGES.md.`,
  );
}

function farewell(): void {
  console.log(`
${paint(1, "On your own repository")}
  npm link                     puts calcifer on your PATH (or: alias calcifer="node ${root}/bin/calcifer.cjs")
  cd <your repository>
  calcifer service add .       writes .calcifer.yaml and CHANGES.md, installs the hooks
  calcifer work add "…"        and follow what it says next
  calcifer service remove      takes the hooks out again, byte for byte

${paint(1, "In the editor")}
  npm start -- --editor        opens VS Code with the extension and sample repositories
  npm run package              makes the extension's packages: code --install-extension .cache/vsix/…
`);
}

try {
  sample.repositories();
  walk();
  verify();
  farewell();
} catch (error) {
  console.error(`\nThe walk stopped: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  sample.leave();
}
