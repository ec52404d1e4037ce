// `npm run test:desktop`: the in-host tests in a desktop VS Code, which @vscode/test-electron downloads.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { build } from "../build.ts";
import { bundleHostTests } from "./prepare.ts";

const root = path.dirname(path.dirname(import.meta.dirname));

await build();
await bundleHostTests();
const needsScreen = process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
const command = [process.execPath, "node_modules/@vscode/test-cli/out/bin.mjs", ...process.argv.slice(2)];
const [program = "", ...args] = needsScreen ? ["xvfb-run", "--auto-servernum", ...command] : command;
const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
if (error)
  console.error(needsScreen ? "There is no screen, and xvfb-run is not installed (apt install xvfb)." : error.message);
process.exitCode = status ?? 1;
