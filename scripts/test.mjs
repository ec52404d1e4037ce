// `npm test [suite…] [mocha options]`: installs, then hands over to test.ts.
import { run } from "./bootstrap.mjs";

process.exitCode = await run("scripts/test.ts", process.argv.slice(2));
