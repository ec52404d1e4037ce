// What a change of one endpoint means for incidents. Pure: facts in, steps out.
import { cut } from "../../protocol/count.ts";
import type { HealthState } from "../../protocol/health.ts";
import type { Incident, Suspect, TimelinePoint } from "../../protocol/incident.ts";

/** How an endpoint stands in an incident. `gone`: it was removed. */
export type Standing = "failing" | "answers" | "blocked" | "not measured" | "gone";
export type Severity = "down" | "degraded";

/** What fails again so soon after it was resolved is the same incident: flapping folds into one. */
export const sameWithin = 10 * 60_000;
/** What changed so long before an incident may have caused it. */
export const suspectedFor = 24 * 3_600_000;
export const mostSuspects = 10;

export interface Facts {
  endpoint: number;
  name: string;
  to: HealthState | "gone";
  why: string;
  blockedBy: string | null;
  /** milliseconds */
  at: number;
  /** the open incident of the endpoint, else of its service and environment, else their newest that is resolved */
  known: {
    severity: Severity;
    /** milliseconds; null: it is open */
    resolved: number | null;
    endpoints: { id: number; standing: Standing }[];
  } | null;
}

/** What is written down, in order. */
export type Step =
  | { do: "open"; severity: Severity; cause: string }
  | { do: "again"; severity: Severity; text: string }
  | { do: "worsen" }
  | { do: "stand"; standing: Standing }
  | { do: "tell"; what: TimelinePoint["what"]; text: string }
  | { do: "resolve"; reason: string };

export function decide(facts: Facts): Step[] {
  const { to, known } = facts;
  if (to === "down" || to === "degraded") return fails(facts, to);
  const standing = standingOf[to];
  const before = standingIn(facts);
  if (known === null || before === undefined || before === standing || before === "gone") return [];
  // That nobody looks any more says nothing new about what answered, or waits for another.
  if (standing === "not measured" && (before !== "failing" || known.resolved !== null)) return [];
  const stand: Step = { do: "stand", standing };
  if (known.resolved !== null) return [stand];
  const all = known.endpoints.map((e) => (e.id === facts.endpoint ? standing : e.standing));
  const reason = ends(all, facts.blockedBy);
  const tell: Step = { do: "tell", ...told(facts, standing, before) };
  return reason === undefined ? [stand, tell] : [stand, tell, { do: "resolve", reason }];
}

const standingIn = ({ known, endpoint }: Facts): Standing | undefined =>
  known?.endpoints.find((e) => e.id === endpoint)?.standing;

const standingOf = {
  up: "answers",
  blocked: "blocked",
  "not measured": "not measured",
  gone: "gone",
} as const satisfies Partial<Record<Facts["to"], Standing>>;

function fails(facts: Facts, severity: Severity): Step[] {
  const { name, why, at, known } = facts;
  const text = `${name}: ${why}`;
  const stand: Step = { do: "stand", standing: "failing" };
  const before = standingIn(facts);
  if (known === null) return [{ do: "open", severity, cause: text }, stand];
  if (known.resolved !== null) {
    // A person closed it while this failed, and it has not answered since; that it is down now is news all the same.
    if (before === "failing" && !(severity === "down" && known.severity === "degraded")) return [];
    const soon = at - known.resolved <= sameWithin;
    return [soon ? { do: "again", severity, text } : { do: "open", severity, cause: text }, stand];
  }
  const worse: Step[] = severity === "down" && known.severity === "degraded" ? [{ do: "worsen" }] : [];
  const tell = (words: string): Step => ({ do: "tell", what: "changed", text: words });
  if (before === "failing") return worse.length > 0 ? [...worse, tell(text)] : [];
  return [...worse, stand, tell(before === undefined ? `Also ${text}` : `Again ${text}`)];
}

/** Why nothing of an incident fails any more; undefined while something does, or nobody can tell. */
function ends(all: Standing[], blockedBy: string | null): string | undefined {
  const watched = all.filter((s) => s !== "gone");
  if (watched.length === 0 || watched.some((s) => s === "failing" || s === "not measured")) return undefined;
  if (watched.includes("blocked")) return `what is left waits for ${blockedBy ?? "another service"}`;
  return watched.length === all.length ? "all endpoints answer again" : "all endpoints that are left answer again";
}

function told(
  { name, why, blockedBy }: Facts,
  standing: Standing,
  before: Standing,
): { what: TimelinePoint["what"]; text: string } {
  if (standing === "answers") return { what: "recovered", text: `${name} answers again: ${why}` };
  if (standing === "blocked") return { what: "blocked", text: `${name} waits for ${blockedBy ?? "another service"}` };
  if (standing === "not measured")
    return { what: "changed", text: `${name} is not measured: ${why}. It cannot be told whether it still fails.` };
  const open = before === "failing" || before === "not measured";
  return {
    what: "changed",
    text: `${name} is no longer watched.${open ? " It cannot be told whether it still fails." : ""}`,
  };
}

/** Newest first, each once, none twice for one item or commit, at most ten. */
export function rank(suspects: readonly Suspect[]): Suspect[] {
  const seen = new Set<string>();
  return suspects
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .filter((s) => {
      const keys = [s.commit, s.item === null ? null : `#${s.item}`].filter((k) => k !== null);
      const key = keys.map((k) => `${s.how} ${s.service} ${k}`);
      if (key.some((k) => seen.has(k))) return false;
      for (const k of key) seen.add(k);
      return true;
    })
    .slice(0, mostSuspects);
}

/** A suspect in a line. */
export function words({ how, service, item, title }: Suspect): string {
  return how === "live" ? `${service} ${title} went live` : `${item === null ? "" : `#${item} `}${title} (${service})`;
}

/** Why a person may not close it now; undefined when nothing says that it still fails. */
export function stillFails(endpoints: readonly { name: string; standing: Standing }[]): string | undefined {
  const failing = endpoints.filter((e) => e.standing === "failing").map((e) => e.name);
  if (failing.length === 0) return undefined;
  return failing.length === 1
    ? `${failing[0]} still fails.`
    : `${failing.length} endpoints still fail: ${failing.join(", ")}.`;
}

/** What its work item is called. */
export const titleOf = ({ cause }: { cause: string }): string => cut(cause, 200);

/** The facts, as the description of its work item. */
export function description(incident: Incident): string {
  const { id, service, environment, opened, cause, endpoints, blocks, suspects } = incident;
  const list = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : ["", `${title}:`, "", ...lines.map((line) => `- ${literal(line)}`)];
  return [
    `Incident ${id}: ${service} failed in ${environment} since ${opened}.`,
    "",
    literal(cause),
    ...list(
      "Failing",
      endpoints.map((e) => e.name),
    ),
    ...list("Services that wait for it", blocks),
    ...list(
      "Changed in the hours before",
      suspects.map((s) => `${s.at} ${words(s)}`),
    ),
  ].join("\n");
}

/** What others wrote, kept from being Markdown. */
const literal = (text: string): string => `\`${text.replaceAll("`", "'")}\``;
