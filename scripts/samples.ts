// A temporary home with sample repositories, for demonstrations: its own git configuration, database and `calcifer`.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
// Sockets are made in it, so its name must be short; that of macOS is not.
const temporary = existsSync("/tmp") ? "/tmp" : os.tmpdir();

const files: Record<string, Record<string, string>> = {
  gateway: {
    Caddyfile: "example.org {\n  reverse_proxy web:8080\n}\n",
    "README.md": "# Gateway\n\nWhere requests come in.\n",
  },
  billing: {
    "invoice.js": "export const total = (lines) => lines.reduce((sum, l) => sum + l.price, 0);\n",
    "README.md": "# Billing\n",
  },
};

export class SampleHome {
  /** canonical */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(prefix: string) {
    this.folder = realpathSync(mkdtempSync(path.join(temporary, prefix)));
    const bin = path.join(this.folder, "bin");
    const foreign = /^(GIT_|CALCIFER_|npm_)/;
    this.env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
      HOME: this.folder,
      CALCIFER_HOME: path.join(this.folder, "calcifer"),
      GIT_CONFIG_GLOBAL: path.join(this.folder, "gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    };
    mkdirSync(bin);
    const command = `#!/bin/sh\nexec "${process.execPath}" "${root}/bin/calcifer.cjs" "$@"\n`;
    writeFileSync(path.join(bin, "calcifer"), command, { mode: 0o755 });
    const person = "[user]\n\tname = Sample Person\n\temail = sample@example.org\n";
    writeFileSync(path.join(this.folder, "gitconfig"), `${person}[init]\n\tdefaultBranch = main\n`);
  }

  /** Two services to be, each with one commit. */
  repositories(): void {
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(path.join(this.folder, name));
      for (const [file, text] of Object.entries(contents)) writeFileSync(path.join(this.folder, name, file), text);
      this.run(name, "git", "init", "-q");
      this.run(name, "git", "add", "-A");
      this.run(name, "git", "commit", "-q", "-m", "Start");
    }
  }

  /** The same, registered, with items in every state. @returns a workspace file with both */
  workspace(): string {
    this.repositories();
    for (const name of Object.keys(files)) this.run(name, "calcifer", "service", "add", ".", "--commit");
    this.begin("gateway", "Add TLS", "feature", "Caddyfile", "# tls internal\n", "TLS on every public address");
    const ready = this.begin(
      "billing",
      "Totals ignore the count",
      "bug",
      "invoice.js",
      "// per line\n",
      "Invoices add up",
    );
    this.run("billing", "calcifer", "work", "note", ready, "Counted by hand for March: it agrees.");
    this.run("billing", "calcifer", "work", "check", ready, "--all");
    this.add("billing", "Send invoices as PDF", "feature");
    this.run("gateway", "calcifer", "work", "drop", this.add("gateway", "Try another proxy", "maintenance"));
    const file = path.join(this.folder, "samples.code-workspace");
    writeFileSync(file, JSON.stringify({ folders: Object.keys(files).map((name) => ({ path: name })) }, null, 2));
    return file;
  }

  /** Ends the daemon and removes everything. */
  leave(): void {
    spawnSync("calcifer", ["daemon", "stop"], { env: this.env, stdio: "ignore" });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** @throws with what it said, when it does not end well */
  run(repository: string, program: string, ...args: string[]): string {
    const options = { cwd: path.join(this.folder, repository), env: this.env, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  private add(service: string, title: string, type: string): string {
    const said = this.run(service, "calcifer", "work", "add", title, "--service", service, "--type", type, "--json");
    return String((JSON.parse(said) as { id: number }).id);
  }

  /** An item that is started, with a commit. */
  private begin(service: string, title: string, type: string, file: string, text: string, entry: string): string {
    const id = this.add(service, title, type);
    this.run(service, "calcifer", "work", "start", id);
    appendFileSync(path.join(this.folder, service, file), text);
    this.run(service, "calcifer", "commit", "--all", "-m", title, "--entry", entry);
    return id;
  }
}
