// Finding services in compose files, and registering those a person names.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { notYet } from "../not-yet.ts";
import type { Call, World } from "../world.ts";

type Methods = Pick<Implements<Api["service"], Call>, "detect">;

export function detecting(_world: World, _repos: Repos): Methods {
  const { detect } = notYet<Methods>();
  return { detect };
}
