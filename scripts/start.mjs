// `npm start`: installs, builds, and opens a demonstration. Arguments go to the demonstration.
import { run } from "./bootstrap.mjs";

process.exitCode = (await run("scripts/build.ts")) || (await run("scripts/demo.ts", process.argv.slice(2)));
