// Where services stand in the graph.
import assert from "node:assert/strict";
import { failsWith, place } from "./layout.ts";

const line = (from: string, to: string) => ({ from, to });
const lines = [
  line("web", "api"),
  line("api", "db"),
  line("api", "cache"),
  line("worker", "queue"),
  line("worker", "db"),
  line("mail", "queue"),
];
const services = ["web", "api", "worker", "mail", "queue", "db", "cache", "vpn"];

describe("the places of services", () => {
  it("are in layers, from what needs to what is needed", () => {
    const { places, lines: drawn } = place(services, lines);
    const y = (name: string) => places.get(name)?.y ?? Number.NaN;
    for (const { from, to } of lines) assert.ok(y(from) < y(to), `${from} above ${to}`);
    assert.equal(drawn.length, lines.length);
  });

  it("do not lie on each other, also of those that stand alone", () => {
    const names = Array.from({ length: 60 }, (_, i) => `s${i}`);
    const { places, width, height } = place(names, [line("s0", "s1"), line("s1", "s0"), line("s2", "s2")]);
    const taken = [...places.values()];
    for (const [i, a] of taken.entries()) {
      assert.ok(a.x > 0 && a.y > 0 && a.x < width && a.y < height);
      for (const b of taken.slice(i + 1)) assert.ok(Math.abs(a.x - b.x) >= 168 || Math.abs(a.y - b.y) >= 46);
    }
  });

  it("what fails with a service ends in a circle, too", () => {
    assert.deepEqual([...failsWith("b", [line("a", "b"), line("b", "a"), line("c", "a")])].sort(), ["a", "c"]);
  });
});
