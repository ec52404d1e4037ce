import assert from "node:assert/strict";
import { copyName, kept, newestFirst, readName, superfluous } from "./names.ts";

describe("names of copies", () => {
  const at = new Date("2026-11-20T08:00:00.123Z");

  it("say when and why", () => {
    const name = copyName(at, "daily");
    assert.equal(name, "calcifer-2026-11-20T08-00-00Z-daily.db");
    assert.deepEqual(readName(name), { at: "2026-11-20T08:00:00.000Z", why: "daily" });
  });

  it("differ from those taken", () => {
    const first = copyName(at, "asked");
    const second = copyName(at, "asked", [first]);
    assert.notEqual(second, first);
    assert.deepEqual(readName(second), readName(first));
  });

  for (const name of [
    "notes.txt",
    "calcifer.db",
    "calcifer-2026-11-20T08-00-00Z-daily.db.part",
    "../calcifer-2026-11-20T08-00-00Z-daily.db",
    "calcifer-2026-11-20T08-00-00Z-other.db",
  ])
    it(`does not take ${name} for a copy`, () => assert.equal(readName(name), undefined));

  it("keep the newest of each kind, and never touch what is not ours", () => {
    const days = Array.from({ length: 30 }, (_, d) => new Date(Date.UTC(2026, 0, d + 1)));
    const names = [
      ...days.map((day) => copyName(day, "daily")),
      ...days.map((day) => copyName(day, "asked")),
      "mine.db",
    ];
    const gone = superfluous(names);
    const left = newestFirst(names.filter((name) => !gone.includes(name)));
    assert.equal(left.length, kept.daily + kept.asked);
    assert.equal(
      left.filter((name) => name.includes("daily")).at(-1),
      copyName(new Date(Date.UTC(2026, 0, 24)), "daily"),
    );
    assert.ok(!gone.includes("mine.db"));
  });
});
