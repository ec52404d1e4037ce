import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ByStamp, Latest, stampOf } from "./remember.ts";

describe("remembering", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cx-"));
  const file = path.join(folder, "file");
  after(() => rmSync(folder, { recursive: true }));

  it("makes a value once for each state of a file, also when it is replaced by one as long", () => {
    const known = new ByStamp<number>();
    let made = 0;
    const get = () => known.get(file, () => ++made);
    assert.deepEqual([stampOf(file), get(), get()], ["", 1, 1]);
    writeFileSync(file, "one");
    assert.deepEqual([get(), get()], [2, 2]);
    writeFileSync(`${file}.lock`, "two");
    renameSync(`${file}.lock`, file);
    assert.deepEqual([get(), get()], [3, 3]);
    rmSync(file);
    assert.equal(get(), 4);
    known.forget(file);
    assert.equal(get(), 5);
  });

  it("keeps no more files than it shall", () => {
    const known = new ByStamp<number>(2);
    let made = 0;
    for (const name of ["a", "b", "c", "c", "a"]) known.get(path.join(folder, name), () => ++made);
    assert.equal(made, 4);
  });

  it("keeps the values used last", () => {
    const latest = new Latest<number>(2);
    latest.set("a", 1);
    latest.set("b", 2);
    assert.equal(latest.get("a"), 1);
    latest.set("c", 3);
    assert.deepEqual([latest.get("a"), latest.get("b"), latest.get("c")], [1, undefined, 3]);
    latest.forget("a");
    assert.equal(latest.get("a"), undefined);
  });
});
