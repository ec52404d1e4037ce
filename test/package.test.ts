// What is in the packages, and that one of them works where no Node is installed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { inflateRawSync } from "node:zlib";
import { installVsix } from "../scripts/editor/workbench.ts";
import { here, makePackages, removeLeftovers, type Target, targets } from "../scripts/package.ts";

const mebibyte = 1024 * 1024;

/** Every file of a package fits one of these, and each of these has a file. */
const belongs = [
  "[[]Content_Types].xml",
  "extension.vsixmanifest",
  "extension/{LICENSE.txt,changelog.md,readme.md,package.json,package.nls.json}",
  "extension/bin/terminal/{calcifer,calcifer.cmd}",
  "extension/dist/{ci,cli,commands,connection,daemon,extension,hook,pages,uninstall,web,yaml}.cjs",
  "extension/dist/THIRD-PARTY-NOTICES.txt",
  "extension/dist/webviews/codicon.{css,ttf}",
  "extension/dist/webviews/*.{css,js}",
  "extension/l10n/bundle.l10n.json",
  "extension/media/{activity.svg,calcifer.svg,icon.png}",
  "extension/media/walkthrough/*.svg",
  "extension/docs/{calcifer.schema.json,editors.md}",
  "extension/snippets/*.json",
  "extension/templates/*/template.yaml",
  "extension/templates/*/files/**",
  "extension/prebuilds/*.node",
];
/** In the list for when there are some. */
const perhaps = /walkthrough|schema/;

const binaries: Record<Target, string[]> = {
  "linux-x64": ["linux-x64"],
  "linux-arm64": ["linux-arm64"],
  "alpine-x64": ["linuxmusl-x64"],
  "alpine-arm64": ["linuxmusl-arm64"],
  "darwin-x64": ["darwin-x64"],
  "darwin-arm64": ["darwin-arm64"],
  "win32-x64": ["win32-x64"],
  "win32-arm64": ["win32-arm64"],
  universal: [
    "darwin-arm64",
    "darwin-x64",
    "linux-arm64",
    "linux-x64",
    "linuxmusl-arm64",
    "linuxmusl-x64",
    "win32-arm64",
    "win32-x64",
  ],
};

let made: Promise<Map<Target, string>> | undefined;
/** All of them, made once. */
function packagesOf(): Promise<Map<Target, string>> {
  made ??= makePackages(targets);
  return made;
}

interface Entry {
  name: string;
  mode: number;
  contents: () => Buffer;
}

/** The central directory of a zip file. */
function unzip(file: string): Entry[] {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  const entries: Entry[] = [];
  for (let at = zip.readUInt32LE(end + 16); entries.length < zip.readUInt16LE(end + 10); ) {
    const [size, nameLength] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    entries.push({
      name: zip.toString("utf8", at + 46, at + 46 + nameLength),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      contents: () => inflateRawSync(zip.subarray(begin, begin + size)),
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

describe("making packages", function () {
  this.timeout(120_000);
  const folder = path.resolve(import.meta.dirname, "../.cache/vsix");

  it("waits for those under way when one fails, and leaves nothing behind", async () => {
    mkdirSync(folder, { recursive: true });
    const before = readdirSync(folder).sort();
    await assert.rejects(makePackages(["nowhere" as Target, here(), here()]), /nowhere|undefined/);
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => !name.endsWith(".vsix") || /\.vsix\.\d+\.vsix$/.test(name))
        .filter((name) => !before.includes(name)),
      [],
    );
  });

  it("takes away what an older run left when it was killed, and nothing of one that runs", () => {
    const own = mkdtempSync(path.join(os.tmpdir(), "cv-"));
    try {
      const old = ["stage-a1B2c3", "linux-x64-a1B2c3", "universal-a1B2c3", "calcifer-linux-x64-1.0.0.vsix.77.vsix"];
      const kept = ["stage-d1B2c3", "calcifer-linux-x64-1.0.0.vsix", "other"];
      for (const name of [...old, ...kept]) mkdirSync(path.join(own, name));
      const long = new Date(Date.now() - 7_200_000);
      for (const name of [...old, ...kept.slice(1)]) utimesSync(path.join(own, name), long, long);
      removeLeftovers(own);
      assert.deepEqual(readdirSync(own).sort(), kept.sort());
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});

describe("the packages", () => {
  let packages: Map<Target, string>;
  const packageFor = (target: Target) => packages.get(target) ?? assert.fail(`no package for ${target}`);
  const texts = () => unzip(packageFor(here())).filter(({ name }) => /\.(c?js|css|json|md|txt|svg)$/.test(name));

  before("make them", async function () {
    this.timeout(120_000);
    packages = await packagesOf();
  });

  for (const target of targets) {
    it(`${target} holds what is needed, with SQLite for it, and no more`, () => {
      const names = unzip(packageFor(target)).map(({ name }) => name);
      const strange = names.filter((name) => !belongs.some((pattern) => path.posix.matchesGlob(name, pattern)));
      assert.deepEqual(strange, []);
      const missing = belongs.filter(
        (pattern) => !perhaps.test(pattern) && !names.some((name) => path.posix.matchesGlob(name, pattern)),
      );
      assert.deepEqual(missing, []);
      const native = names.filter((name) => name.endsWith(".node")).map((name) => path.basename(name, ".node"));
      assert.deepEqual(native.sort(), binaries[target]);
    });

    it(`${target} is ${target === "universal" ? "no bigger than it must be" : "smaller than 2.5 MiB"}`, () => {
      const bytes = readFileSync(packageFor(target)).length;
      assert.ok(bytes < (target === "universal" ? 12 * mebibyte : 2.5 * mebibyte), `${bytes} bytes`);
    });
  }

  it("hold no source, no map to one, and nothing of the machine they were made on", () => {
    const root = path.dirname(import.meta.dirname);
    for (const { name, contents } of texts()) {
      const text = contents().toString("utf8");
      assert.doesNotMatch(text, /# sourceMappingURL=/, name);
      assert.ok(!text.includes(root), `${name} names ${root}`);
    }
  });

  it("have a manifest about running us, whose files are all there", () => {
    const entries = unzip(packageFor(here()));
    const manifest = JSON.parse(String(entries.find(({ name }) => name === "extension/package.json")?.contents()));
    assert.deepEqual(Object.keys(manifest.scripts), ["vscode:uninstall"]);
    const ours = ["dependencies", "devDependencies", "optionalDependencies", "type", "bin", "files"];
    assert.deepEqual(
      ours.filter((field) => field in manifest),
      [],
    );
    const files = JSON.stringify(manifest).match(/(?<=")(\.\/)?[\w-]+(\/[\w.-]+)+\.\w+(?=")/g) ?? [];
    assert.ok(files.length >= 2, "it names hardly a file");
    const names = entries.map(({ name }) => name);
    assert.deepEqual(
      files.filter((file) => !names.includes(path.posix.join("extension", file))),
      [],
    );
  });

  it("have a README in which nothing leads nowhere", () => {
    const readme = texts().find(({ name }) => name === "extension/readme.md");
    assert.doesNotMatch(String(readme?.contents()), /\]\((?!https:|#)/);
  });

  it("pass on the licences of what they contain", () => {
    const notices = String(
      texts()
        .find(({ name }) => name.endsWith("NOTICES.txt"))
        ?.contents(),
    );
    for (const name of ["better-sqlite3", "kysely", "zod", "vscode-languageclient", "@vscode/codicons"])
      assert.match(notices, new RegExp(`^${name} \\d`, "m"));
  });

  it("carry the terminal's command so that it can be run", () => {
    const command = unzip(packageFor(here())).find(({ name }) => name === "extension/bin/terminal/calcifer");
    assert.equal((command?.mode ?? 0) & 0o111, 0o111);
  });
});

describe("a package that was installed, on a machine without Node", () => {
  // Short, because sockets are made in it.
  const folder = mkdtempSync("/tmp/pk-");
  const [repo, bin] = [path.join(folder, "repo"), path.join(folder, "bin")];
  const tools = ["cat", "chmod", "cp", "dirname", "env", "git", "ls", "mkdir", "mv", "rm", "sh", "tr", "uname"];
  const env: NodeJS.ProcessEnv = {
    PATH: bin,
    HOME: folder,
    CALCIFER_HOME: path.join(folder, "home"),
    CALCIFER_NODE: process.execPath,
    GIT_CONFIG_GLOBAL: path.join(folder, "gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
    // Whoever looks for processes that were left behind finds ours by it.
    TMPDIR: process.env.TMPDIR,
  };
  let command: string;

  const run = (program: string, args: string[], more: NodeJS.ProcessEnv = {}) =>
    spawnSync(program, args, { cwd: repo, env: { ...env, ...more }, encoding: "utf8" });
  const calcifer = (...args: string[]) => {
    const { status, stdout, stderr } = run(command, args);
    assert.equal(status, 0, `calcifer ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const git = (...args: string[]) => run(path.join(bin, "git"), args);
  const refused = () => {
    const { status, stderr } = git("commit", "-a", "-m", "Two");
    assert.notEqual(status, 0);
    assert.match(stderr, /^Calcifer: CHANGES\.md has no entry for #1/);
  };

  before("install it", async function () {
    this.timeout(120_000);
    const data = path.join(folder, "vscode");
    await installVsix(data, (await packagesOf()).get(here()) ?? assert.fail());
    const [extension = ""] = globSync("extensions/calcifer.calcifer-*", { cwd: data });
    command = path.join(data, extension, "bin/terminal/calcifer");
    mkdirSync(bin);
    for (const tool of tools) symlinkSync(which(tool), path.join(bin, tool));
    mkdirSync(repo);
    writeFileSync(
      path.join(folder, "gitconfig"),
      "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n",
    );
    writeFileSync(path.join(repo, "a.txt"), "one\n");
    for (const args of [
      ["init", "-q"],
      ["add", "-A"],
      ["commit", "-q", "-m", "First"],
    ])
      git(...args);
  });

  after("end its daemon", () => {
    run(command, ["daemon", "stop"]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it("has a command for the terminal, and a daemon that answers", () => {
    assert.notEqual(run(path.join(bin, "sh"), ["-c", "command -v node || command -v perl"]).status, 0);
    assert.equal(JSON.parse(calcifer("daemon", "start", "--json")).running, true);
    const status = JSON.parse(calcifer("rpc", "daemon.status"));
    assert.equal(status.version, JSON.parse(readFileSync(path.join(command, "../../../package.json"), "utf8")).version);
  });

  it("is found on the PATH, too", () => {
    const { stdout } = run(path.join(bin, "sh"), ["-c", "calcifer --version"], {
      PATH: `${bin}${path.delimiter}${path.dirname(command)}`,
    });
    assert.match(stdout, /^calcifer \d/);
  });

  it("refuses a commit by its hooks, with its daemon and without", () => {
    calcifer("service", "add", ".", "--commit");
    calcifer("work", "add", "Count to two");
    calcifer("work", "start", "1");
    writeFileSync(path.join(repo, "a.txt"), "two\n");
    refused();
    calcifer("daemon", "stop");
    refused();
    calcifer("commit", "--all", "-m", "Two", "--entry", "Counts to two");
    assert.match(git("log", "-1", "--format=%s").stdout, /^Two$/m);
  });

  it("leaves no daemon behind when it is uninstalled", () => {
    calcifer("daemon", "start");
    const { status } = run(process.execPath, [path.join(command, "../../../dist/uninstall.cjs")]);
    assert.equal(status, 0);
    assert.equal(JSON.parse(calcifer("daemon", "status", "--json")).running, false);
  });

  it("says what it needs where there is nothing to run it", () => {
    const { status, stderr } = run(command, ["--version"], { CALCIFER_NODE: undefined });
    assert.equal(status, 7);
    assert.match(stderr, /inside VS Code, or install Node/);
  });
});

describe("a package for another platform", () => {
  it("says so", async () => {
    const folder = mkdtempSync("/tmp/pk-");
    try {
      const other = here() === "win32-arm64" ? "win32-x64" : "win32-arm64";
      for (const { name, contents } of unzip((await packagesOf()).get(other) ?? assert.fail())) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), contents());
      }
      const { stdout, status } = spawnSync(process.execPath, [path.join(folder, "extension/dist/daemon.cjs")], {
        env: { ...process.env, CALCIFER_HOME: path.join(folder, "home") },
        encoding: "utf8",
      });
      assert.equal(status, 1);
      const { error } = JSON.parse(stdout);
      assert.equal(error.fault, "incompatible");
      assert.equal(error.message, `This Calcifer was packaged for ${other}, and this is ${here()}.`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }).timeout(120_000);
});

function which(tool: string): string {
  return spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
}
