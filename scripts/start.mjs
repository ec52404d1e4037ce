// `npm start`: installs, builds, and opens a demonstration: the loop in the terminal, or with --editor in VS Code.
import { run } from "./bootstrap.mjs";

const words = process.argv.slice(2);
const demonstration = words.some((word) => word.startsWith("--editor")) ? "scripts/editor/demo.ts" : "scripts/demo.ts";

process.exitCode = (await run("scripts/build.ts")) || (await run(demonstration, words));
