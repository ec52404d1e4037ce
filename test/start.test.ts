// How the programs start: what was built, and what an old Node or an unbuilt checkout is told.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../scripts/build.ts";

const root = path.dirname(import.meta.dirname);
const version = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version as string;

function node(...args: string[]) {
  return spawnSync(process.execPath, args, { encoding: "utf8" });
}

describe("how the programs start", () => {
  it("writes nothing anew when nothing changed", async () => {
    await build();
    const again = await build();
    assert.deepEqual(
      again.filter((bundle) => bundle.fresh),
      [],
    );
    assert.ok(again.length >= 4, `only ${again.length} bundles`);
  });

  it("keeps the script of a page below 150 kB", async () => {
    const pages = (await build()).filter(({ name }) => /^webviews\/.*\.js$/.test(name));
    assert.deepEqual(
      pages.filter(({ bytes }) => bytes > 150_000).map(({ name, bytes }) => `${name}: ${bytes} bytes`),
      [],
    );
  });

  it("leaves no import.meta in a bundle", async () => {
    const scripts = (await build()).filter(({ name }) => /\.c?js$/.test(name));
    for (const { name } of scripts) {
      const code = readFileSync(path.join(root, "dist", name), "utf8");
      assert.doesNotMatch(code, /import_meta\d*\s*=\s*\{\}/, `${name} reads from an empty import.meta`);
    }
  });

  it("runs as `calcifer`", () => {
    const { stdout, status } = node(path.join(root, "bin/calcifer.cjs"), "--version");
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(version.replaceAll(".", "\\.")));
  });

  it("tells an old Node in one sentence", () => {
    const old = "Object.defineProperty(process.versions, 'napi', { value: '9' })";
    const { stderr, status } = node("-e", `${old}; require(${JSON.stringify(path.join(root, "bin/calcifer.cjs"))})`);
    assert.equal(status, 7);
    assert.match(stderr, /^Calcifer needs Node 22\.14 or newer; this is Node v\d+.* \(.+\)\.\n/);
  });

  it("says so when it is not built", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "unbuilt-"));
    mkdirSync(path.join(folder, "bin"));
    cpSync(path.join(root, "bin/calcifer.cjs"), path.join(folder, "bin/calcifer.cjs"));
    const { stderr, status } = node(path.join(folder, "bin/calcifer.cjs"));
    rmSync(folder, { recursive: true });
    assert.equal(status, 7);
    assert.match(stderr, /not built.*npm run build/);
  });
});
