// The door of the room health.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { notYet } from "../not-yet.ts";
import type { Call, World } from "../world.ts";

export function healthRoom(_world: World, _repos: Repos): Implements<Api["health"], Call> {
  return notYet();
}
