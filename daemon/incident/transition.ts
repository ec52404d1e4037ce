// What a changed endpoint does to incidents, written in the transaction that changes it.
import { cut } from "../../protocol/count.ts";
import type { HealthState } from "../../protocol/health.ts";
import type { TimelinePoint } from "../../protocol/incident.ts";
import { type StoredService, serviceByName } from "../service/service.ts";
import type { Tx } from "../world.ts";
import { decide, type Facts, type Standing, type Step, words } from "./rules.ts";
import {
  addBlocked,
  addPoint,
  changeIncident,
  currentOf,
  incidentById,
  insertIncident,
  openOfName,
  openThatBlocks,
  openWith,
  type StoredIncident,
  setStanding,
} from "./store.ts";
import { knownSuspects } from "./suspects.ts";

/** An endpoint that stands differently. */
export interface Change {
  endpoint: number;
  /** the endpoint's */
  name: string;
  service: string;
  environment: string;
  from: HealthState;
  to: HealthState;
  /** one sentence, without the endpoint's name */
  why: string;
  /** the service it depends on that is down, where `to` is blocked */
  blockedBy: string | null;
  at: Date;
}

/**
 * What a changed state of an endpoint means for incidents; called by health in the transaction that changes it.
 * Told the same twice, it does it once. Of a service that is down, before those it blocks.
 * @returns the open incident the endpoint belongs to now
 */
export async function transition(tx: Tx, change: Change): Promise<number | null> {
  const service = await serviceByName(tx.db, change.service).catch(() => undefined);
  if (service === undefined) return null;
  const known = await knownOf(tx, change.endpoint, service, change.environment);
  const id = await carryOut(tx, service, change, decide(factsOf(change, change.to, known)), known?.id);
  if (change.to === "blocked" && change.blockedBy !== null) await tellWhatBlocks(tx, service, change);
  if (id === undefined) return null;
  const after = await incidentById(tx.db, id);
  return after.state !== "resolved" && after.endpoints.some((e) => e.id === change.endpoint) ? id : null;
}

/** In the transaction that removes an endpoint. Its open incident stays open, unless all others answer. */
export async function endpointRemoved(tx: Tx, endpoint: number, at: Date): Promise<void> {
  const open = await openWith(tx.db, endpoint);
  const known = open?.endpoints.find((e) => e.id === endpoint);
  if (open === undefined || known === undefined) return;
  const about = { endpoint, name: known.name, environment: open.environment, why: "", blockedBy: null, at };
  const steps = decide(factsOf(about, "gone", open));
  await carryOut(tx, { id: open.serviceId, name: open.service }, about, steps, open.id);
}

/** In a transaction after a service was retired or forgotten: what failed is not looked at any more, and its incidents say so. */
export async function serviceLeft(tx: Tx, service: string, why: string, at: Date): Promise<void> {
  for (const open of await openOfName(tx.db, service))
    for (const { id: endpoint, name } of open.endpoints) {
      const about = { endpoint, name, environment: open.environment, why, blockedBy: null, at };
      const known = await incidentById(tx.db, open.id);
      const steps = decide(factsOf(about, "not measured", known));
      await carryOut(tx, { id: open.serviceId, name: open.service }, about, steps, open.id);
    }
}

async function knownOf(tx: Tx, endpoint: number, service: StoredService, environment: string) {
  // An endpoint may have come to another environment while it failed.
  const own = await openWith(tx.db, endpoint);
  if (own) return own;
  const current = await currentOf(tx.db, service.id, environment);
  return current && incidentById(tx.db, current.id);
}

type About = Pick<Change, "endpoint" | "name" | "environment" | "why" | "blockedBy" | "at">;

/** What others said, such as a server, becomes a line of plain text. */
const oneLine = (said: string, most: number): string =>
  cut(said.replace(/[\s\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, " ").trim(), most);

function factsOf(about: About, to: Facts["to"], known: StoredIncident | undefined): Facts {
  return {
    endpoint: about.endpoint,
    name: oneLine(about.name, 80),
    to,
    why: oneLine(about.why, 300).replace(/\.$/, ""),
    blockedBy: about.blockedBy,
    at: about.at.getTime(),
    known: known
      ? {
          severity: known.severity,
          resolved: known.resolved === null ? null : Date.parse(known.resolved.at),
          endpoints: known.endpoints.map((e) => ({ id: e.id, standing: e.standing as Standing })),
        }
      : null,
  };
}

/** @returns the incident it was about */
async function carryOut(
  tx: Tx,
  service: Pick<StoredService, "id" | "name">,
  about: About,
  steps: Step[],
  incident: number | undefined,
): Promise<number | undefined> {
  let id = incident;
  const at = about.at.toISOString();
  for (const step of steps) {
    if (step.do === "open") id = await open(tx, service, about, step);
    else if (id === undefined) return undefined;
    else if (step.do === "again") await again(tx, service.name, id, at, step);
    else if (step.do === "worsen") await changeIncident(tx.db, id, { severity: "down" });
    else if (step.do === "stand")
      await setStanding(tx.db, id, { id: about.endpoint, name: about.name, standing: step.standing });
    else if (step.do === "tell")
      await tell(tx, service.name, id, { at, what: step.what, text: step.text, by: "daemon" });
    else await resolve(tx, service.name, id, { at, by: "daemon", reason: step.reason });
  }
  return id;
}

async function open(
  tx: Tx,
  service: Pick<StoredService, "id" | "name">,
  { environment, at }: About,
  { severity, cause }: Extract<Step, { do: "open" }>,
): Promise<number> {
  const suspects = await knownSuspects(tx.db, service.id, environment, at);
  const opened = at.toISOString();
  const id = await insertIncident(tx.db, { serviceId: service.id, environment, severity, cause, opened, suspects });
  await addPoint(tx.db, id, { at: opened, what: "opened", text: cause, by: "daemon" });
  const suspect = suspects[0] === undefined ? null : words(suspects[0]);
  await tx.happened("incident.opened", { service: service.name, data: { incident: id, cause, suspect } });
  return id;
}

async function again(
  tx: Tx,
  service: string,
  id: number,
  at: string,
  { severity, text }: Extract<Step, { do: "again" }>,
): Promise<void> {
  const before = await incidentById(tx.db, id);
  await changeIncident(tx.db, id, {
    state: "open",
    times: before.times + 1,
    resolved: null,
    acknowledged: null,
    // What changed meanwhile is suspect, too.
    gathered: false,
    ...(severity === "down" && { severity }),
  });
  await tell(tx, service, id, { at, what: "again", text, by: "daemon" });
}

/** A point of the timeline, with its event. */
export async function tell(tx: Tx, service: string, id: number, point: TimelinePoint): Promise<void> {
  await addPoint(tx.db, id, point);
  await tx.happened("incident.changed", { service, data: { incident: id, what: point.what, text: point.text } });
}

export async function resolve(
  tx: Tx,
  service: string,
  id: number,
  word: { at: string; by: string; reason: string },
): Promise<void> {
  await changeIncident(tx.db, id, { state: "resolved", resolved: word });
  await addPoint(tx.db, id, { at: word.at, what: "resolved", text: word.reason, by: word.by });
  await tx.happened("incident.resolved", { service, data: { incident: id, reason: word.reason } });
}

/** A service that waits for another is listed in the other's incident, also where that one waits itself. */
async function tellWhatBlocks(tx: Tx, service: StoredService, { environment, blockedBy, at }: Change): Promise<void> {
  const cause = await serviceByName(tx.db, blockedBy as string).catch(() => undefined);
  if (cause === undefined || cause.id === service.id) return;
  const last = await currentOf(tx.db, cause.id, environment);
  const id =
    last !== undefined && last.state !== "resolved" ? last.id : await openThatBlocks(tx.db, cause.id, environment);
  if (id === undefined || !(await addBlocked(tx.db, id, service.id))) return;
  const text = `${service.name} waits for ${cause.name}`;
  await tell(tx, cause.name, id, { at: at.toISOString(), what: "blocked", text, by: "daemon" });
}
