// The nine layouts: what was there still runs, ours runs, and uninstalling leaves no trace.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hooksInForce, layout, markBranch, uninstallHooks } from "./hooks.ts";
import { Sandbox, snapshot } from "./sandbox.ts";

const modules = path.resolve(import.meta.dirname, "../../node_modules");
const branch = "work/1-a";

/** A repository laid out in one way, with hooks of its own. */
interface Laid {
  /** where a person works */
  top: string;
  common: string;
  /** what the hooks that were there write into the log, by hook; a hook left out cannot exist in this layout */
  theirs: Partial<
    Record<
      "pre-commit" | "prepare-commit-msg" | "commit-msg" | "post-commit" | "reference-transaction" | "pre-push",
      string | RegExp
    >
  >;
  /** files that git or a tool reads outside the common directory */
  also?: string[];
}

interface Layout {
  words: string;
  /** the tools that were there write to stderr before us */
  chatty?: true;
  make: (box: Sandbox) => Promise<Laid>;
}

const persons = [
  "pre-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "reference-transaction",
  "pre-push",
] as const;
const theirs: Laid["theirs"] = Object.fromEntries(persons.map((hook) => [hook, `theirs ${hook}`]));
const personsHooks = (box: Sandbox, folder: string) => {
  for (const hook of persons) box.personsHook(path.join(folder, hook));
};

const layouts: Layout[] = [
  {
    words: "plain",
    make: async (box) => {
      const top = await box.repo("plain");
      personsHooks(box, path.join(top, ".git/hooks"));
      return { top, common: path.join(top, ".git"), theirs };
    },
  },
  {
    words: "linked work tree",
    make: async (box) => {
      const main = await box.repo("main");
      const top = path.join(box.root, "linked");
      await box.must(main, "worktree", "add", "-q", "-b", "side", top);
      personsHooks(box, path.join(main, ".git/hooks"));
      await box.must(main, "checkout", "-q", "-b", "elsewhere");
      return { top, common: path.join(main, ".git"), theirs };
    },
  },
  {
    words: "submodule",
    make: async (box) => {
      const inner = await box.repo("inner");
      const outer = await box.repo("outer");
      await box.must(outer, "submodule", "add", "-q", inner, "part");
      const common = path.join(outer, ".git/modules/part");
      personsHooks(box, path.join(common, "hooks"));
      return { top: path.join(outer, "part"), common, theirs };
    },
  },
  {
    words: "husky",
    chatty: true,
    make: async (box) => {
      const top = await box.repo("husky");
      await box.run(top, process.execPath, [path.join(modules, "husky/bin.js")]);
      const hooks = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-push"] as const;
      for (const hook of hooks) box.personsHook(path.join(top, ".husky", hook));
      return {
        top,
        common: path.join(top, ".git"),
        theirs: Object.fromEntries(hooks.map((hook) => [hook, `theirs ${hook}`])),
        also: [path.join(top, ".husky")],
      };
    },
  },
  {
    words: "lefthook",
    chatty: true,
    make: async (box) => {
      const top = await box.repo("lefthook");
      const hooks = ["pre-commit", "commit-msg", "post-commit", "pre-push"] as const;
      const job = (hook: string) =>
        `${hook}:\n  commands:\n    log:\n      use_stdin: true\n      run: "{ echo theirs ${hook}; ${hook === "pre-push" ? "sed 's/^/theirs< /'" : ":"}; } >>\\"$LOG\\""\n`;
      writeFileSync(path.join(top, "lefthook.yml"), hooks.map(job).join(""));
      const done = await box.run(top, path.join(modules, ".bin/lefthook"), ["install"]);
      assert.equal(done.code, 0, done.stderr + done.stdout);
      return {
        top,
        common: path.join(top, ".git"),
        theirs: Object.fromEntries(hooks.map((hook) => [hook, `theirs ${hook}`])),
      };
    },
  },
  {
    // pre-commit is a Python program and not installed here: its generated hook word for word, and a stand-in for its Python.
    words: "pre-commit",
    make: async (box) => {
      const top = await box.repo("pre-commit");
      const python = path.join(box.root, "python");
      box.script(
        python,
        `[ "$1 $2 $3" = "-mpre_commit hook-impl --config=.pre-commit-config.yaml" ] && [ "$5" = --hook-dir ] || exit 9
type=\${4#--hook-type=} dir=$6; shift 7
if [ -x "$dir/$type.legacy" ]; then "$dir/$type.legacy" "$@" || exit 1; fi
{ echo "theirs $type $*"; [ $type != pre-push ] || sed 's/^/theirs< /'; } >>"$LOG"`,
      );
      const hooks = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-push"] as const;
      for (const hook of hooks)
        writeFileSync(path.join(top, ".git/hooks", hook), generatedByPreCommit(hook, python), { mode: 0o755 });
      box.personsHook(path.join(top, ".git/hooks/commit-msg.legacy"), "legacy commit-msg");
      return {
        top,
        common: path.join(top, ".git"),
        theirs: Object.fromEntries(
          hooks.map((hook) => [
            hook,
            hook === "commit-msg" ? /theirs legacy commit-msg \S.*\ntheirs commit-msg/ : `theirs ${hook}`,
          ]),
        ),
      };
    },
  },
  {
    words: "core.hooksPath (global)",
    make: async (box) => {
      const top = await box.repo("global");
      personsHooks(box, path.join(box.home, "my hooks"));
      await box.must(top, "config", "--global", "core.hooksPath", "~/my hooks");
      return {
        top,
        common: path.join(top, ".git"),
        theirs,
        also: [path.join(box.home, ".gitconfig"), path.join(box.home, "my hooks")],
      };
    },
  },
  {
    words: "linked work tree, core.hooksPath (work tree)",
    make: async (box) => {
      const main = await box.repo("scoped");
      const top = path.join(box.root, "with own hooks");
      await box.must(main, "worktree", "add", "-q", "-b", "side", top);
      await box.must(main, "config", "extensions.worktreeConfig", "true");
      await box.must(top, "config", "--worktree", "core.hooksPath", ".team-hooks");
      personsHooks(box, path.join(top, ".team-hooks"));
      await box.must(main, "checkout", "-q", "-b", "elsewhere");
      return { top, common: path.join(main, ".git"), theirs };
    },
  },
  {
    words: "bare with work trees",
    make: async (box) => {
      const seed = await box.repo("seed");
      const bare = path.join(box.root, "bare.git");
      await box.must(box.root, "clone", "-q", "--bare", seed, bare);
      const top = path.join(box.root, "of bare");
      await box.must(bare, "worktree", "add", "-q", "-b", "side", top);
      personsHooks(box, path.join(bare, "hooks"));
      return { top, common: bare, theirs };
    },
  },
];

const generatedByPreCommit = (hook: string, python: string): string => `#!/usr/bin/env bash
# File generated by pre-commit: https://pre-commit.com
# ID: 138fd403232d2ddd5efb44317e38bf03

# start templated
INSTALL_PYTHON='${python.replaceAll("'", "'\\''")}'
ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type=${hook})
# end templated

HERE="$(cd "$(dirname "$0")" && pwd)"
ARGS+=(--hook-dir "$HERE" -- "$@")

if [ -x "$INSTALL_PYTHON" ]; then
    exec "$INSTALL_PYTHON" -mpre_commit "\${ARGS[@]}"
elif command -v pre-commit > /dev/null; then
    exec pre-commit "\${ARGS[@]}"
else
    echo '\`pre-commit\` not found.  Did you forget to activate your virtualenv?' 1>&2
    exit 1
fi
`;

for (const { words, make, chatty } of layouts) {
  describe(`hooks in a repository: ${words}`, () => {
    let box: Sandbox;
    let laid: Laid;
    let before: object;
    const picture = () => [
      snapshot(laid.common),
      ...(laid.also ?? []).map((file) => snapshot(path.dirname(file), [path.basename(file)])),
    ];

    beforeEach(async () => {
      box = new Sandbox();
      laid = await make(box);
      before = picture();
    });
    afterEach(() => box.remove());

    it("says how it is laid out, before and after", async () => {
      assert.equal(await layout(box.runner(laid.top)), words);
      assert.equal((await hooksInForce(box.runner(laid.top))).state, "no");
      await box.install(laid.top);
      assert.equal(await layout(box.runner(laid.top)), words);
      assert.deepEqual(await hooksInForce(box.runner(laid.top)).then((f) => f.state), "yes");
    });

    it("runs what was there, then asks", async () => {
      await box.install(laid.top);
      await onItem();
      await box.addFile(laid.top, "second");
      box.takeLog();
      await box.must(laid.top, "commit", "-q", "-m", "second");
      const log = box.takeLog();
      for (const hook of ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"] as const) has(log, hook);
      assert.match(log, /^ours hook commit-msg \S.*COMMIT_EDITMSG$/m);
      assert.doesNotMatch(log, /^ours hook prepare-commit-msg/m, "with the message given, commit-msg does it all");
      if (laid.theirs["commit-msg"])
        assert.ok(log.indexOf("theirs commit-msg") < log.indexOf("ours hook commit-msg"), "theirs first");
      if (laid.theirs["reference-transaction"])
        assert.match(
          log,
          new RegExp(`theirs reference-transaction prepared\n(theirs< .*\n)*theirs< \\w+ \\w+ refs/heads/${branch}\n`),
        );
    });

    it("refuses a commit, with the reason first", async () => {
      await box.install(laid.top);
      await onItem();
      box.refuse("commit-msg");
      const ran = await box.git(laid.top, "commit", "-q", "--allow-empty", "-m", "second");
      assert.notEqual(ran.code, 0);
      if (chatty) assert.match(ran.stderr, /^Calcifer: no, says the launcher\.$/m);
      else assert.equal(ran.stderr.split("\n")[0], "Calcifer: no, says the launcher.");
      assert.equal(await box.must(laid.top, "rev-list", "--count", "HEAD"), "1");
    });

    it("refuses --no-verify on a protected branch", async () => {
      await box.install(laid.top);
      await box.must(laid.top, "checkout", "-q", "--ignore-other-worktrees", "main");
      box.refuse("reference-transaction");
      box.takeLog();
      const ran = await box.git(laid.top, "commit", "-q", "--no-verify", "--allow-empty", "-m", "past the gate");
      assert.notEqual(ran.code, 0);
      assert.match(ran.stderr, /^Calcifer: no, says the launcher\.$/m);
      assert.match(
        box.takeLog(),
        /ours hook reference-transaction prepared\n(ours< .*\n)*ours< \w+ \w+ refs\/heads\/main\n/,
      );
      assert.equal(await box.must(laid.top, "rev-list", "--count", "main"), "1");
    });

    it("passes a push on, and asks when it is to a protected branch", async () => {
      await box.install(laid.top);
      const remote = path.join(box.root, "remote.git");
      await box.must(box.root, "init", "-q", "--bare", remote);
      box.takeLog();
      await box.must(laid.top, "push", "-q", remote, "HEAD:refs/heads/other");
      const other = box.takeLog();
      has(other, "pre-push");
      assert.match(other, /theirs< HEAD \w+ refs\/heads\/other 0+\n/);
      assert.doesNotMatch(other, /ours hook pre-push/);
      box.refuse("pre-push");
      assert.notEqual((await box.git(laid.top, "push", "-q", remote, "HEAD:refs/heads/main")).code, 0);
      assert.match(
        box.takeLog(),
        /ours hook pre-push .*remote\.git .*remote\.git\nours< HEAD \w+ refs\/heads\/main 0+\n/,
      );
    });

    it("lets a refusal of what was there stand", async () => {
      await box.install(laid.top);
      await onItem();
      if (words === "husky") writeFileSync(path.join(laid.top, ".husky/commit-msg"), "exit 7\n");
      else if (words === "lefthook")
        writeFileSync(
          path.join(laid.top, "lefthook.yml"),
          readFileSync(path.join(laid.top, "lefthook.yml"), "utf8").replace("echo theirs commit-msg;", "exit 7;"),
        );
      else if (words === "pre-commit") box.script(path.join(box.root, "python"), "exit 7");
      else
        for (const folder of [".team-hooks", "../home/my hooks"])
          tryRefuse(path.resolve(laid.top, folder, "commit-msg"));
      tryRefuse(path.join(laid.common, "hooks/commit-msg.before-calcifer"));
      box.takeLog();
      assert.notEqual((await box.git(laid.top, "commit", "-q", "--allow-empty", "-m", "second")).code, 0);
      assert.doesNotMatch(box.takeLog(), /ours hook commit-msg/);
    });

    it("installed twice is installed once", async () => {
      await box.install(laid.top);
      const once = snapshot(laid.common);
      await box.install(laid.top);
      assert.deepEqual(snapshot(laid.common), once);
      await uninstallHooks(box.runner(laid.top));
      assert.deepEqual(picture(), before);
    });

    it("uninstalled leaves every byte and mode as it was", async () => {
      await box.install(laid.top);
      markBranch(laid.common, branch);
      await box.install(laid.top, {
        version: "1.0.1",
        protected: ["trunk"],
        strict: true,
        changesFiles: ["a b/CHANGES.md"],
      });
      await uninstallHooks(box.runner(laid.top));
      assert.deepEqual(picture(), before);
      assert.equal((await hooksInForce(box.runner(laid.top))).state, "no");
    });

    async function onItem() {
      markBranch(laid.common, branch);
      await box.must(laid.top, "checkout", "-q", "-b", branch);
    }

    function has(log: string, hook: keyof Laid["theirs"]) {
      const expected = laid.theirs[hook];
      if (expected === undefined) return;
      if (typeof expected === "string")
        assert.ok(log.includes(`${expected}\n`) || log.includes(`${expected} `), `${hook} of theirs in:\n${log}`);
      else assert.match(log, expected);
    }

    function tryRefuse(file: string) {
      if (existsSync(file)) box.script(file, "exit 7");
    }
  });
}
