// Gets everything ready that tests in a real editor need: the editor, the browser, the in-host tests as bundles.
import { globSync, rmSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { getChromium } from "./get-chromium.ts";
import { getVsCode } from "./get-vscode.ts";

const root = path.dirname(path.dirname(import.meta.dirname));

/** Environment that makes .vscode-test.mjs use the headless VS Code from npm. */
export async function prepareEditor(): Promise<{ VSCODE_TEST_EXE: string }> {
  getVsCode();
  await getChromium();
  await bundleHostTests();
  return { VSCODE_TEST_EXE: path.join(import.meta.dirname, "code-shim.ts") };
}

/** The extension host of a desktop VS Code does not strip types, so its tests are bundled for it. */
export async function bundleHostTests(): Promise<void> {
  const outdir = path.join(root, ".cache/host-tests");
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [...globSync("test/editor/host/**/*.test.ts", { cwd: root }), "scripts/mocha-reporter.ts"],
    absWorkingDir: root,
    outdir,
    outbase: root,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode", "mocha"],
    sourcemap: "inline",
    // The mocha inside @vscode/test-cli is an older one: it wants a reporter to be the module itself.
    footer: { js: "module.exports = module.exports.default ?? module.exports;" },
  });
}
