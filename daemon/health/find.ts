// Which endpoint a person means, and how one is shown.
import { Fault } from "../../protocol/errors.ts";
import type { Endpoint, Outcome } from "../../protocol/health.ts";
import { openIncidents } from "../incident/incident.ts";
import { allServices } from "../service/service.ts";
import type { World } from "../world.ts";
import type { HealthKeeper } from "./keeper.ts";
import { allEndpoints, endpointById, endpointsOf, lastOutcomes, type StoredEndpoint } from "./store.ts";

export interface Found {
  endpoint: StoredEndpoint;
  service: string;
}

/** By number, `service/name`, or the name of a service with one endpoint. @throws Fault missing | invalid */
export async function findEndpoint(world: World, asked: string): Promise<Found> {
  const found = await findEndpoints(world, asked);
  const [only, second] = found;
  if (only && !second) return only;
  const names = found.map(({ service, endpoint }) => `${service}/${endpoint.name}`);
  throw new Fault("invalid", `${asked} has ${names.length} endpoints.`, {
    hint: `Name one: ${names.slice(0, 20).join(", ")}`,
  });
}

/** The same, where a service stands for all of its endpoints. @throws Fault missing */
export async function findEndpoints(world: World, asked: string): Promise<Found[]> {
  const { db } = world;
  const services = await allServices(db);
  const number = /^#?(\d{1,15})$/.exec(asked.trim())?.[1];
  if (number !== undefined && !services.some((s) => s.name === asked)) {
    const endpoint = await endpointById(db, Number(number));
    const service = services.find((s) => s.id === endpoint?.service_id);
    if (endpoint && service) return [{ endpoint, service: service.name }];
    throw missing(`There is no endpoint ${number}.`);
  }
  const [name = "", ...rest] = asked.trim().split("/");
  const service = services.find((s) => s.name === name);
  if (!service) throw missing(`There is no service ${name} that is watched.`);
  const all = await endpointsOf(db, service.id);
  const own = rest.length === 0 ? all : all.filter((e) => e.name === rest.join("/"));
  if (own.length > 0) return own.map((endpoint) => ({ endpoint, service: service.name }));
  if (all.length === 0)
    throw new Fault("missing", `${service.name} has no endpoint yet.`, {
      hint: `Watch one: calcifer health add ${service.name} https://example.org/healthz`,
    });
  throw missing(`${service.name} has no endpoint ${rest.join("/")}; it has ${all.map((e) => e.name).join(", ")}.`);
}

const missing = (text: string): Fault =>
  new Fault("missing", text, { hint: "See what there is: calcifer health list" });

/** Everything that showing endpoints needs, asked once for all of them. */
export async function shower(world: World, keeper: HealthKeeper): Promise<(found: Found) => Endpoint> {
  const [incidents, lasts] = await Promise.all([openIncidents(world.db), lastOutcomes(world.db)]);
  return ({ endpoint, service }) => {
    const last = newer(keeper.of(endpoint.id)?.last, lasts.get(endpoint.id));
    return shown(endpoint, service, last, incidents.get(endpoint.id) ?? null);
  };
}

const newer = (a: Outcome | undefined, b: Outcome | undefined): Outcome | null =>
  (a && b ? (a.at >= b.at ? a : b) : (a ?? b)) ?? null;

function shown(endpoint: StoredEndpoint, service: string, last: Outcome | null, incident: number | null): Endpoint {
  const { service_id: _, item_id, paused, paused_reason, blocked_by, timeout, ...same } = endpoint;
  // The newest reason for the same state is the one that helps.
  const why = last && last.state === endpoint.state && last.at >= endpoint.since ? last.why : endpoint.why;
  return {
    ...same,
    why,
    service,
    timeout: timeout / 1000,
    item: item_id,
    paused: paused === null ? null : { at: paused, reason: paused_reason ?? "" },
    blockedBy: blocked_by,
    last,
    incident,
  };
}

export interface Filters {
  service?: string | undefined;
  state?: string | undefined;
  environment?: string | undefined;
  label?: string | undefined;
}

/** All endpoints of services that are watched, by service and name. */
export async function filtered(world: World, { service, state, environment, label }: Filters): Promise<Found[]> {
  const services = await allServices(world.db);
  if (service !== undefined && !services.some((s) => s.name === service))
    throw missing(`There is no service ${service} that is watched.`);
  const chosen = new Map(
    services
      .filter((s) => (service === undefined || s.name === service) && (label === undefined || s.labels.includes(label)))
      .map((s) => [s.id, s.name]),
  );
  return (await allEndpoints(world.db))
    .filter((e) => chosen.has(e.service_id))
    .filter(
      (e) => (state === undefined || e.state === state) && (environment === undefined || e.environment === environment),
    )
    .map((endpoint) => ({ endpoint, service: chosen.get(endpoint.service_id) as string }))
    .sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
}
