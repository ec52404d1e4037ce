// Who may import whom: the drawing in ARCHITECTURE.md as rows of data, held against every import in the tree.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { parseSync } from "oxc-parser";

const root = path.dirname(import.meta.dirname);

type Row = {
  who: string;
  may: string[];
  /** What may be imported besides, but only as types, which are gone when the program runs. */
  mayTypes?: string[];
};

/** Any module of Node's, any package. `npm:zod` stands for zod and all its entry points. */
const node = "node:";
const npm = "npm:";

/** What tests are made of, beside the tests: bound by no row, and for tests only. */
const testFurniture = ["test/**", "**/*.test.ts", "**/*-samples.ts", "**/sandbox.ts", "**/trial{,-*}.ts"];

/** The first row that fits a file holds for it. */
const rows: Row[] = [
  ...testFurniture.map((who) => ({ who, may: ["**", node, npm] })),
  { who: "bench/**", may: ["**", node, npm] },
  { who: "scripts/**", may: ["{scripts,protocol,gate,daemon,cli}/**", "extension/{actions,places}.ts", node, npm] },

  { who: "protocol/{paths,connect}.ts", may: ["protocol/**", node] },
  { who: "protocol/**", may: ["protocol/**", "npm:zod"] },

  { who: "gate/{rules,checks,tests,words}.ts", may: ["gate/**", "protocol/errors.ts"], mayTypes: ["protocol/**"] },
  {
    who: "gate/**",
    may: ["gate/**", "protocol/errors.ts", "npm:yaml", node],
    mayTypes: ["protocol/**"],
  },

  { who: "daemon/*/rules.ts", may: ["daemon/**", "gate/**", "protocol/**"] },
  { who: "daemon/**", may: ["daemon/**", "gate/**", "protocol/**", node, npm] },

  // Loads the bundle beside it, called .ts or .cjs as it is run.
  { who: "cli/local/gate.ts", may: ["cli/**", "protocol/**", node, "computed:file"] },
  { who: "cli/{hook.ts,local/**}", may: ["cli/**", "gate/**", "protocol/**", node], mayTypes: [npm] },
  { who: "cli/**", may: ["cli/**", "protocol/**", node], mayTypes: ["gate/**", "npm:zod"] },

  // Tables that the manifest is derived from: no vscode, so that scripts can read them.
  { who: "extension/{actions,places}.ts", may: [] },
  // What runs inside a webview: types of the protocol, none of its code, no vscode.
  {
    who: "extension/webviews/{*/page.ts,*/parts/**,toolkit/browser/**}",
    may: [
      "extension/webviews/**",
      "protocol/{count,errors}.ts",
      "npm:lit",
      "npm:@vscode-elements/elements",
      "npm:@vscode/l10n",
      "npm:uplot",
    ],
    mayTypes: ["protocol/**", "extension/daemon.ts", "npm:zod"],
  },
  { who: "extension/webviews/graph/layout.ts", may: ["npm:@dagrejs/dagre"] },
  {
    who: "extension/webviews/**",
    may: ["extension/**", "protocol/**", "npm:vscode", "npm:@vscode/l10n", "npm:markdown-it", "npm:zod", node],
  },
  { who: "extension/uninstall.ts", may: ["protocol/connect.ts"] },
  { who: "extension/connection.ts", may: ["extension/**", "protocol/**", "npm:vscode", "npm:vscode-languageclient"] },
  { who: "extension/**", may: ["extension/**", "protocol/**", "npm:vscode", "node:path"], mayTypes: ["npm:zod"] },
];

/**
 * What must not be reached, whatever the way: values only, for types weigh nothing and do nothing.
 * `atOnce`: may be reached by `import()`, later.
 */
const unreachable: { from: string; never: string[]; why: string; atOnce?: true }[] = [
  {
    from: "cli/{main,hook}.ts",
    never: ["npm:zod", "npm:vscode-jsonrpc", "npm:json-rpc-2.0", "daemon/**"],
    why: "it would cost every command tens of milliseconds",
  },
  {
    from: "{gate/{rules,checks,tests,words},daemon/**/rules}.ts",
    never: [node, "**/world.ts", "**/store.ts", "**/db/**"],
    why: "rules are pure: facts in, reasons out",
  },
  {
    from: "extension/main.ts",
    never: ["npm:zod", "npm:markdown-it", "npm:lit", "protocol/api.ts", "extension/run/**"],
    why: "activation would wait for it; it is loaded when it is needed",
    atOnce: true,
  },
  { from: "daemon/*/store.ts", never: ["daemon/*/rules.ts"], why: "memory does not decide" },
];

type Import = { from: string; line: number; what: string; onlyTypes: boolean; later: boolean };

const files = globSync("{protocol,gate,daemon,cli,extension,bench,scripts,test}/**/*.ts", { cwd: root })
  .filter((file) => !file.includes("node_modules"))
  .map((file) => file.split(path.sep).join("/"))
  .sort();
const imports: Import[] = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const source = readFileSync(path.join(root, from), "utf8");
  const { module, errors } = parseSync(from, source);
  assert.deepEqual(errors, [], `${from} cannot be parsed`);
  const found = (start: number, specifier: string, onlyTypes: boolean, later = false): Import => ({
    from,
    line: source.slice(0, start).split("\n").length,
    what: resolve(from, specifier),
    onlyTypes,
    later,
  });
  return [
    ...module.staticImports.map(({ start, moduleRequest, entries }) =>
      found(start, moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType)),
    ),
    ...module.staticExports.flatMap(({ start, entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [found(start, moduleRequest.value, isType)] : [],
      ),
    ),
    ...module.dynamicImports.map(({ start, moduleRequest }) =>
      found(start, literal(source.slice(moduleRequest.start, moduleRequest.end)), false, true),
    ),
  ];
}

/** What cannot be read here stays as it is written, and fits no row. */
function literal(expression: string): string {
  return /^(["'`])([^"'`$]*)\1$/.exec(expression)?.[2] ?? `computed:${expression}`;
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith("computed:")) return specifier;
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(from), specifier);
  if (isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, "")}`;
  return `npm:${specifier}`;
}

function fits(name: string, patterns: string[]): boolean {
  return patterns.some((pattern) =>
    /^(node|npm):/.test(pattern) ? isFrom(name, pattern) : path.matchesGlob(name, pattern),
  );
}

function isFrom(name: string, source: string): boolean {
  return source.endsWith(":") ? name.startsWith(source) : name === source || name.startsWith(`${source}/`);
}

function none(complaints: string[]): void {
  if (complaints.length > 0) assert.fail(`\n${complaints.join("\n")}`);
}

function isTest(file: string): boolean {
  return fits(file, testFurniture);
}

function say(entry: Import, why: string): string {
  return `${entry.from}:${entry.line} imports ${entry.what}: ${why}`;
}

function breaksRow(entry: Import): string[] {
  const row = rows.find(({ who }) => path.matchesGlob(entry.from, who));
  if (!row) return [say(entry, "no row says who may import what here")];
  const allowed = fits(entry.what, row.may) || (entry.onlyTypes && fits(entry.what, row.mayTypes ?? []));
  return allowed ? [] : [say(entry, `${row.who} may import ${row.may.join(", ")}`)];
}

/** A folder of the daemon is a room when it has a door. The others (db/ …) are the ground all rooms stand on. */
function roomOf(file: string): string | undefined {
  const folder = /^daemon\/([^/]+)\//.exec(file)?.[1];
  return folder && files.includes(doorOf(folder)) ? folder : undefined;
}

function doorOf(room: string): string {
  return `daemon/${room}/${room}.ts`;
}

function missesDoor(entry: Import): string[] {
  const [own, room] = [roomOf(entry.from), roomOf(entry.what)];
  if (isTest(entry.from) || !own || !room || room === own) return [];
  const door = doorOf(room);
  return entry.what === door ? [] : [say(entry, `a room is entered through its door, ${door}`)];
}

/** Everything a program drags in, with one way that leads there. */
function reach(start: string, atOnce = false): Map<string, string[]> {
  const ways = new Map([[start, [start]]]);
  for (const [file, way] of ways) {
    for (const { from, what, onlyTypes, later } of imports) {
      if (from === file && !onlyTypes && !(atOnce && later) && !ways.has(what)) ways.set(what, [...way, what]);
    }
  }
  return ways;
}

describe("shape: who may import whom", () => {
  it("sees the whole tree", () => {
    assert.ok(
      files.some((file) => roomOf(file)),
      "no room was seen in daemon/",
    );
    assert.ok(files.length >= 20, `only ${files.length} modules were seen`);
    assert.ok(imports.length >= files.length, `only ${imports.length} imports were seen`);
  });

  it("every import leads to a file", () => {
    const lost = imports.filter(
      ({ what }) => !/^(node|npm|computed):/.test(what) && !existsSync(path.join(root, what)),
    );
    none(lost.map((entry) => say(entry, "there is no such file")));
  });

  it("every import keeps to the drawing", () => {
    none(imports.flatMap(breaksRow));
  });

  it("a room of the daemon enters another through its door", () => {
    none(imports.flatMap(missesDoor));
  });

  it("only tests import tests", () => {
    const strays = imports.filter(({ from, what }) => isTest(what) && !isTest(from));
    none(strays.map((entry) => say(entry, "that is a test")));
  });

  for (const { from, never, why, atOnce } of unreachable) {
    it(`${from} does not reach ${never.join(", ")}`, () => {
      const ways = files.filter((file) => path.matchesGlob(file, from)).flatMap((file) => [...reach(file, atOnce)]);
      const bad = ways.filter(([what]) => fits(what, never)).map(([, way]) => way.join(" → "));
      none(bad.map((way) => `${way}: ${why}`));
    });
  }

  it("zod is imported as a namespace", () => {
    // `import { z }` defeats tree shaking: 454 KB instead of 90.
    const named = files.filter((file) =>
      /import (type )?\{[^}]*\} from "zod"/.test(readFileSync(path.join(root, file), "utf8")),
    );
    none(named.filter((file) => !isTest(file)));
  });
});
