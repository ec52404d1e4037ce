// The table of contents of Calcifer: every room of the contract.
import { backup } from "./backup.ts";
import { changes } from "./changes.ts";
import type { Client as ClientOf } from "./contract.ts";
import { daemon } from "./daemon.ts";
import { docs } from "./docs.ts";
import { event } from "./event.ts";
import { gate } from "./gate.ts";
import { health } from "./health.ts";
import { home } from "./home.ts";
import { ide } from "./ide.ts";
import { incident } from "./incident.ts";
import { remote } from "./remote.ts";
import { service } from "./service.ts";
import { work } from "./work.ts";

export const api = { home, work, gate, changes, service, health, incident, docs, ide, remote, event, backup, daemon };
export type Api = typeof api;
export type Client = ClientOf<Api>;
