// Services made from templates.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { notYet } from "../not-yet.ts";
import type { Call, World } from "../world.ts";

type Methods = Pick<Implements<Api["service"], Call>, "new" | "templates" | "template-diff">;

export function templating(_world: World, _repos: Repos): Methods {
  const { new: make, templates, "template-diff": diff } = notYet<Methods>();
  return { new: make, templates, "template-diff": diff };
}
