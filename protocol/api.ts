// The table of contents of Calcifer: every room of the contract.
import { backup } from "./backup.ts";
import { changes } from "./changes.ts";
import type { Client as ClientOf } from "./contract.ts";
import { daemon } from "./daemon.ts";
import { event } from "./event.ts";
import { gate } from "./gate.ts";
import { home } from "./home.ts";
import { service } from "./service.ts";
import { work } from "./work.ts";

export const api = { home, work, gate, changes, service, event, backup, daemon };
export type Api = typeof api;
export type Client = ClientOf<Api>;
