// The cases are the policy: what opens, joins, folds into and ends an incident.
import assert from "node:assert/strict";
import type { Suspect } from "../../protocol/incident.ts";
import { decide, type Facts, rank, type Standing, sameWithin, stillFails, words } from "./rules.ts";

const now = 1_000_000_000_000;
const minute = 60_000;
type Known = NonNullable<Facts["known"]>;

/** Endpoints by number: `1 failing, 2 answers`. */
const known = (endpoints: string, more: Partial<Known> = {}): Known => ({
  severity: "down",
  resolved: null,
  endpoints: endpoints
    .split(", ")
    .filter(Boolean)
    .map((e) => ({ id: Number(e[0]), standing: e.slice(2) as Standing })),
  ...more,
});
const resolved = (ago: number, endpoints = "1 answers") => known(endpoints, { resolved: now - ago });

/** The steps in a line. */
function line(to: Facts["to"], known: Known | null, more: Partial<Facts> = {}): string {
  const facts = { endpoint: 1, name: "healthz", to, why: "it is so", blockedBy: null, at: now, known, ...more };
  return decide(facts)
    .map((s) => {
      if (s.do === "open") return `open ${s.severity} (${s.cause})`;
      if (s.do === "again") return `again ${s.severity}`;
      if (s.do === "stand") return s.standing;
      if (s.do === "tell") return `${s.what} (${s.text})`;
      return s.do === "resolve" ? `resolve (${s.reason})` : s.do;
    })
    .join("; ");
}

const cases: [string, Facts["to"], Known | null, string, Partial<Facts>?][] = [
  ["the first that is down opens", "down", null, "open down (healthz: it is so); failing"],
  ["the first that is degraded opens, less severe", "degraded", null, "open degraded (healthz: it is so); failing"],
  ["another joins", "down", known("2 failing"), "failing; changed (Also healthz: it is so)"],
  ["told twice: nothing", "down", known("1 failing"), ""],
  [
    "from degraded to down it is worse",
    "down",
    known("1 failing", { severity: "degraded" }),
    "worsen; changed (healthz: it is so)",
  ],
  ["from down to degraded: nothing", "degraded", known("1 failing"), ""],
  [
    "one that joins makes it worse",
    "down",
    known("2 failing", { severity: "degraded" }),
    "worsen; failing; changed (Also healthz: it is so)",
  ],
  [
    "it had answered, and fails again while others fail",
    "down",
    known("1 answers, 2 failing"),
    "failing; changed (Again healthz: it is so)",
  ],
  [
    "the last that answers resolves",
    "up",
    known("1 failing, 2 answers"),
    "answers; recovered (healthz answers again: it is so); resolve (all endpoints answer again)",
  ],
  [
    "while another fails, it does not",
    "up",
    known("1 failing, 2 failing"),
    "answers; recovered (healthz answers again: it is so)",
  ],
  [
    "nor while nobody can tell of another",
    "up",
    known("1 failing, 2 not measured"),
    "answers; recovered (healthz answers again: it is so)",
  ],
  [
    "one that was removed does not hold it up",
    "up",
    known("1 failing, 2 gone"),
    "answers; recovered (healthz answers again: it is so); resolve (all endpoints that are left answer again)",
  ],
  [
    "one that was not measured and answers resolves",
    "up",
    known("1 not measured"),
    "answers; recovered (healthz answers again: it is so); resolve (all endpoints answer again)",
  ],
  ["recovered twice: nothing", "up", known("1 answers, 2 failing"), ""],
  ["up, with no incident", "up", null, ""],
  ["up, and not in the incident", "up", known("2 failing"), ""],
  ["not measured opens nothing", "not measured", null, ""],
  [
    "not measured resolves nothing",
    "not measured",
    known("1 failing"),
    "not measured; changed (healthz is not measured: it is so. It cannot be told whether it still fails.)",
  ],
  ["not measured after it answered says nothing", "not measured", known("1 answers, 2 failing"), ""],
  ["not measured, then down as before", "down", known("1 not measured"), "failing; changed (Again healthz: it is so)"],
  ["blocked opens nothing", "blocked", null, "", { blockedBy: "db" }],
  [
    "blocked: its cause is elsewhere",
    "blocked",
    known("1 failing"),
    "blocked; blocked (healthz waits for db); resolve (what is left waits for db)",
    { blockedBy: "db" },
  ],
  [
    "blocked, while another fails by itself",
    "blocked",
    known("1 failing, 2 failing"),
    "blocked; blocked (healthz waits for db)",
    { blockedBy: "db" },
  ],
  [
    "removed: nobody can tell, so it stays open",
    "gone",
    known("1 failing"),
    "gone; changed (healthz is no longer watched. It cannot be told whether it still fails.)",
  ],
  ["removed after it answered", "gone", known("1 answers, 2 failing"), "gone; changed (healthz is no longer watched.)"],
  [
    "removed, and the others answer",
    "gone",
    known("1 failing, 2 answers"),
    "gone; changed (healthz is no longer watched. It cannot be told whether it still fails.); resolve (all endpoints that are left answer again)",
  ],
  ["removed twice: nothing", "gone", known("1 gone"), ""],
  ["soon after the end it is the same one", "down", resolved(sameWithin), "again down; failing"],
  ["also by another endpoint", "degraded", resolved(minute, "2 answers"), "again degraded; failing"],
  ["later it is a new one", "down", resolved(sameWithin + 1), "open down (healthz: it is so); failing"],
  ["closed by a person while it failed: no news", "down", resolved(minute, "1 failing"), ""],
  [
    "closed by a person while it was degraded: down is news",
    "down",
    known("1 failing", { severity: "degraded", resolved: now - minute }),
    "again down; failing",
  ],
  ["closed by a person, then answered: remembered", "up", resolved(minute, "1 failing"), "answers"],
  ["closed by a person, and not measured: still the same failure", "not measured", resolved(minute, "1 failing"), ""],
];

describe("incident rules", () => {
  for (const [name, to, before, expected, more] of cases)
    it(name, () => assert.equal(line(to, before, more), expected));

  it("suspects: newest first, each once, at most ten", () => {
    const suspect = (n: number, more: Partial<Suspect> = {}): Suspect => ({
      at: new Date(now - n * minute).toISOString(),
      how: "merged",
      service: "web",
      commit: `c${n}`,
      item: null,
      title: `t${n}`,
      ...more,
    });
    const one = suspect(3, { item: 7 });
    assert.deepEqual(rank([one, suspect(1), suspect(3), suspect(5, { item: 7 })]), [suspect(1), one]);
    assert.deepEqual(rank([suspect(3, { how: "live" }), one]).length, 2, "merged and live are two things");
    assert.equal(rank(Array.from({ length: 20 }, (_, n) => suspect(n))).length, 10);
    assert.equal(words(one), "#7 t3 (web)");
    assert.equal(words(suspect(1, { how: "live", title: "v2" })), "web v2 went live");
  });

  it("what still fails", () => {
    const of = (name: string, standing: Standing) => ({ name, standing });
    assert.equal(stillFails([of("a", "answers"), of("b", "not measured"), of("c", "gone")]), undefined);
    assert.equal(stillFails([of("a", "failing"), of("b", "answers")]), "a still fails.");
    assert.equal(stillFails([of("a", "failing"), of("b", "failing")]), "2 endpoints still fail: a, b.");
  });
});
