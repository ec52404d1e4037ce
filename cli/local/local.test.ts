// What the local commands decide before they touch anything: the install plan, log lines, which events are told.
import assert from "node:assert/strict";
import { paper } from "../paper.ts";
import { wanted } from "./follow.ts";
import { logLine } from "./logs.ts";
import { type Machine, type Plan, planInstall, planUninstall, signature } from "./unit.ts";

const machine: Machine = {
  platform: "linux",
  env: {},
  home: "/home/ada",
  uid: 1000,
  command: ["/opt/no de/bin/node", '/opt/100% "own"/$dist/daemon.cjs'],
  systemd: true,
};

const says = (plan: Plan | undefined) =>
  plan?.steps.map((step) => step.run?.join(" ") ?? (step.stop ? "stop" : (step.remove ?? step.write?.file)));

describe("daemon install", () => {
  it("writes a unit, makes room, and lets systemd start it", () => {
    const plan = planInstall(machine);
    assert.deepEqual(says(plan), [
      "/home/ada/.config/systemd/user/calcifer.service",
      "stop",
      "systemctl --user daemon-reload",
      "systemctl --user enable --now calcifer.service",
    ]);
    const unit = plan?.steps[0]?.write?.content ?? "";
    assert.ok(unit.includes(signature));
    assert.match(unit, /^ExecStart="\/opt\/no de\/bin\/node" "\/opt\/100%% \\"own\\"\/\$\$dist\/daemon\.cjs"$/m);
    assert.match(unit, /^Environment="CALCIFER_STAY=1"$/m);
  });

  it("hands on where Calcifer keeps its things, and that the runtime is VS Code's", () => {
    const env = { CALCIFER_HOME: "/data/100%", ELECTRON_RUN_AS_NODE: "1", XDG_CONFIG_HOME: "/cfg", SECRET: "x" };
    const plan = planInstall({ ...machine, env });
    assert.equal(plan?.file, "/cfg/systemd/user/calcifer.service");
    const unit = plan?.steps[0]?.write?.content ?? "";
    assert.match(unit, /^Environment="CALCIFER_HOME=\/data\/100%%"$/m);
    assert.match(unit, /^Environment="ELECTRON_RUN_AS_NODE=1"$/m);
    assert.doesNotMatch(unit, /SECRET/);
  });

  it("only writes the unit where no systemd answers", () => {
    assert.deepEqual(says(planInstall({ ...machine, systemd: false })), [
      "/home/ada/.config/systemd/user/calcifer.service",
    ]);
  });

  it("writes a launchd agent on macOS, with its text escaped", () => {
    const plan = planInstall({ ...machine, platform: "darwin", command: ["/a&b/node", "/d<1>.cjs"] });
    assert.equal(plan?.file, "/home/ada/Library/LaunchAgents/io.calcifer.daemon.plist");
    assert.match(
      plan?.steps[0]?.write?.content ?? "",
      /<string>\/a&amp;b\/node<\/string><string>\/d&lt;1&gt;\.cjs<\/string>/,
    );
    assert.equal(
      says(plan)?.at(-1),
      "launchctl bootstrap gui/1000 /home/ada/Library/LaunchAgents/io.calcifer.daemon.plist",
    );
  });

  it("is undone by uninstall", () => {
    assert.deepEqual(says(planUninstall(machine)), [
      "systemctl --user disable --now calcifer.service",
      "/home/ada/.config/systemd/user/calcifer.service",
      "systemctl --user daemon-reload",
    ]);
  });

  it("has no way on other platforms", () => {
    assert.equal(planInstall({ ...machine, platform: "win32" }), undefined);
  });
});

describe("daemon logs", () => {
  const page = paper({ isTerminal: false }, {}, 0);
  const line = (record: object) =>
    logLine(JSON.stringify({ time: 0, pid: 1, ...record }), page).replace(/^\S+ \S+ /, "");
  const lines: [object, string][] = [
    [{ level: 30, msg: "listening", version: "1.0.0" }, "info  listening version=1.0.0"],
    [
      { level: 50, msg: "a mistake", err: { message: "boom", stack: "…" }, call: "x-1" },
      "error a mistake call=x-1 boom",
    ],
    [{ level: 30, method: "work.list", ms: 1.5 }, "info  method=work.list ms=1.5"],
    [{ level: 40, msg: "\u001b[31mred\nlines" }, "warn  red lines"],
  ];
  for (const [record, expected] of lines) it(expected, () => assert.equal(line(record), expected));
  it("shows what is no JSON as it is", () => assert.equal(logLine("half a li\u0007ne", page), "half a line"));
});

describe("events --follow", () => {
  const event = { seq: 1, at: "", name: "work.started", item: 42, service: "gateway", by: "cli", data: {} };
  const cases: [Record<string, unknown>, boolean][] = [
    [{}, true],
    [{ item: 42 }, true],
    [{ item: 7 }, false],
    [{ service: "gateway", name: "work" }, true],
    [{ service: "billing" }, false],
    [{ name: "work.start" }, true],
    [{ name: "gate" }, false],
  ];
  for (const [filter, told] of cases) it(JSON.stringify(filter), () => assert.equal(wanted(event, filter), told));
});
