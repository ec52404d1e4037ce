// The door of the room incident.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { notYet } from "../not-yet.ts";
import type { Call, World } from "../world.ts";

export function incidentRoom(_world: World, _repos: Repos): Implements<Api["incident"], Call> {
  return notYet();
}
