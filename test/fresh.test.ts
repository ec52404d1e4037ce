// Derived files are as `npm run update` would write them now.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { derived } from "../scripts/update.ts";

const root = path.dirname(import.meta.dirname);
const files = await derived();

describe("derived files", () => {
  for (const [file, content] of Object.entries(files)) {
    it(`${file} is up to date`, () => {
      assert.ok(read(file) === content, `${file} is not what it is derived from says: npm run update`);
    });
  }
});

function read(file: string): string | undefined {
  try {
    return readFileSync(path.join(root, file), "utf8");
  } catch {
    return undefined;
  }
}
