// The page of an endpoint in its service's repository: made, kept up to date, never taken from its writer.
import path from "node:path";
import { worktreeOf } from "../../gate/judge.ts";
import { slug } from "../../gate/policy.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside, writeInside } from "../git/commit.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { type StoredService, serviceByName } from "../service/service.ts";
import { resolveItem } from "../work/work.ts";
import type { World } from "../world.ts";
import { type EndpointFacts, findRegion, isPageOf, newPage, withRegion } from "./region.ts";

export type { EndpointFacts } from "./region.ts";

export interface EndpointPage {
  /** in the repository, with `/`; null where there is none and none was made */
  path: string | null;
  created: boolean;
  /** the file was written */
  changed: boolean;
}

/**
 * Makes an endpoint's page (`<docs>/endpoints/<slug>.md`), or brings what Calcifer wrote in it up to date; what people
 * wrote around it stays byte for byte. It is written where the item's branch is checked out, else in the service's work
 * tree, and left for a person to commit. With `ended`, the page says that it is watched no longer; none is made then.
 * @param page its path as it was answered before, if it was: a page that was removed since is not made again
 * @throws Fault refused, in a sentence, when there is nowhere to write, or the page's markers are broken: nothing is touched then
 */
export async function writeEndpointPage(
  world: World,
  repos: Repos,
  facts: EndpointFacts,
  page?: string | null,
): Promise<EndpointPage> {
  const service = await serviceByName(world.db, facts.service);
  const places = await placesFor(world, repos, service, facts.item);
  for (const place of places) {
    const known = page ?? pageIn(place, service, facts);
    if (readInside(place.repo, known) !== undefined) return bringUpToDate(place, known, facts);
  }
  const [place] = places;
  if (!place)
    throw new Fault("refused", `${service.name} has no work tree, so there is no place for a page of ${facts.name}.`);
  if (facts.ended !== undefined || typeof page === "string") return { path: null, created: false, changed: false };
  const made = pageIn(place, service, facts);
  writeInside(place.repo, made, newPage(facts));
  return { path: made, created: true, changed: true };
}

/** Work trees it may lie in, the likeliest first. */
async function placesFor(world: World, repos: Repos, service: StoredService, item: number | null): Promise<Opened[]> {
  const opened = await repos.open(service.repo);
  const found = item === null ? undefined : await resolveItem(world, repos, { item }).catch(() => undefined);
  const branch = found?.serviceId === service.id ? found.branch : null;
  const folder = branch === null ? undefined : await worktreeOf(opened.repo, branch);
  const places = opened.repo.bare ? [] : [opened];
  return folder === undefined || folder === opened.repo.top ? places : [await repos.open(folder), ...places];
}

/** Its own page where there is one, else the first name that is free. */
function pageIn({ repo }: Opened, service: StoredService, facts: EndpointFacts): string {
  const base = path.posix.join(service.docs, "endpoints", slug(facts.name));
  for (let n = 1; ; n++) {
    const file = n === 1 ? `${base}.md` : `${base}-${n}.md`;
    const text = readInside(repo, file);
    // A page without a whole region may be this endpoint's own, with its markers broken: not for us to tell.
    if (text === undefined || isPageOf(findRegion(text), facts) || findRegion(text).state !== "whole") return file;
  }
}

function bringUpToDate({ repo }: Opened, file: string, facts: EndpointFacts): EndpointPage {
  const text = readInside(repo, file) ?? "";
  const found = findRegion(text);
  if (found.state !== "whole") {
    const why = found.state === "broken" ? found.why : "it has no markers of Calcifer";
    throw new Fault("refused", `${file} was left as it is: ${why}.`, {
      hint: "Mend the markers, or move the file away, and a new page is made.",
    });
  }
  const after = withRegion(text, found, facts);
  if (after !== text) writeInside(repo, file, after);
  return { path: file, created: false, changed: after !== text };
}
