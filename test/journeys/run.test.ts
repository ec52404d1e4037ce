// Runs the stories beside it against real programs. `JOURNEYS=update npm test -- journeys` rewrites what they print.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../../scripts/build.ts";
import { Place } from "./place.ts";
import { Placeholders } from "./placeholders.ts";
import { parseStory, printStory, stepsOf } from "./story.ts";

const folder = import.meta.dirname;
const stories = readdirSync(folder)
  .filter((name) => name.endsWith(".md"))
  .sort();

describe("journeys", function () {
  this.timeout(180_000);

  before(async () => {
    await build();
  });

  it("are there", () => assert.ok(stories.length > 0));

  for (const name of stories) {
    const file = path.join(folder, name);
    const told = readFileSync(file, "utf8");
    it(`${name}: ${parseStory(told).title}`, async () => {
      const lived = await live(told);
      if (process.env.JOURNEYS === "update") writeFileSync(file, lived);
      else if (lived !== told) assert.fail(difference(name, told, lived));
    });
  }
});

/** The story as it went just now. */
async function live(told: string): Promise<string> {
  const story = parseStory(told);
  const place = new Place();
  const placeholders = new Placeholders(place.home);
  try {
    for (const step of stepsOf(story)) {
      const { output, exit } = await place.run(step.command);
      if (/work (add|adopt)/.test(step.command)) placeholders.learn(place.keys());
      const text = placeholders.apply(output).replace(/\n+$/, "");
      step.output = [...(text === "" ? [] : text.split("\n")), ...(exit === 0 ? [] : [`[exit ${exit}]`])];
    }
  } finally {
    place.leave();
  }
  return printStory(story);
}

/** What git calls a unified diff, from the story as written to the story as it went. */
function difference(name: string, told: string, lived: string): string {
  const aside = mkdtempSync(path.join(os.tmpdir(), "cj-diff-"));
  try {
    writeFileSync(path.join(aside, "told"), told);
    writeFileSync(path.join(aside, "lived"), lived);
    const diff = spawnSync("git", ["diff", "--no-index", "--no-color", "--no-ext-diff", "told", "lived"], {
      cwd: aside,
      encoding: "utf8",
    });
    const lines = diff.stdout.split("\n").slice(4).join("\n");
    return `${name} went otherwise than written (JOURNEYS=update rewrites it):\n${lines}`;
  } finally {
    rmSync(aside, { recursive: true });
  }
}
