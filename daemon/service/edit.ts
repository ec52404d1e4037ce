// Changing what is known of a service, and where it lies.
import { parsePolicy, policyFile, setPolicy } from "../../gate/policy.ts";
import { marks, type Repo } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { readInside, writeInside } from "../git/commit.ts";
import { mark } from "../git/item-marks.ts";
import type { Repos } from "../git/repos.ts";
import type { Call, World } from "../world.ts";
import { findTrunk, suitable } from "./adopt.ts";
import { enforce } from "./enforce.ts";
import { composeFiles, globs, linksIn, unique } from "./fields.ts";
import { absolute, nameIsFree } from "./register.ts";
import { resolveService } from "./resolve.ts";
import { shownService } from "./show.ts";
import { changeService } from "./store.ts";

type Methods = Pick<Implements<Api["service"], Call>, "edit">;

export const editing = (world: World, repos: Repos): Methods => ({
  async edit(params, call) {
    const service = await resolveService(world, repos, params);
    const moved = params.path === undefined ? undefined : await repos.open(absolute(params.path));
    if (moved) await suitable(moved.repo);
    const { title, kind, owner, docs } = params;
    const known = {
      ...(title !== undefined && { title }),
      ...(kind !== undefined && { kind }),
      ...(owner !== undefined && { owner }),
      ...(params.label !== undefined && { labels: unique(params.label) }),
      ...(params.link !== undefined && { links: linksIn(params.link) }),
      ...(params.paths !== undefined && { paths: globs(params.paths) }),
      ...(params.compose !== undefined && { compose: composeFiles(params.compose) }),
      ...(docs !== undefined && { docs }),
    };
    if (params.name !== undefined && params.name !== service.name) await nameIsFree(world, params.name);
    const onlyKnown =
      moved === undefined && params.trunk === undefined && params.name === undefined && docs === undefined;
    const repo = onlyKnown ? undefined : (moved ?? (await repos.open(service.repo))).repo;
    const trunk = repo && params.trunk !== undefined ? await findTrunk(repo, params.trunk) : undefined;
    const change = {
      ...(params.name !== undefined && { name: params.name }),
      ...(moved && { repo: moved.repo.top, git_dir: moved.repo.commonDir }),
      ...(trunk !== undefined && { trunk }),
      ...known,
    };
    if (repo && trunk !== undefined) sayInPolicy(repo, trunk);
    await call.write(async (tx) => {
      await changeService(tx.db, service.id, change);
      await tx.happened("service.edited", {
        service: params.name ?? service.name,
        data: { changed: Object.keys(change) },
      });
    });
    if (repo && params.name !== undefined) await renameMarks(repo, service.name, params.name);
    if (repo) await enforce(world, repos, repo);
    const shown = await shownService(world, repos, { ...service, ...change });
    return call.answer(async () => shown);
  },
});

/** Hooks find an item's service by the name in the branch's mark. */
async function renameMarks(repo: Repo, from: string, to: string): Promise<void> {
  for (const [branch, item] of await marks(repo))
    if (item.service === from) await mark(repo, branch, { ...item, service: to });
}

/** The policy names the trunk, too; the person commits it. Comments and everything else in the file stay. */
function sayInPolicy(repo: Repo, trunk: string): void {
  const written = readInside(repo, policyFile);
  if (written === undefined || parsePolicy(written).policy.trunk === trunk) return;
  writeInside(repo, policyFile, setPolicy(written, "trunk", trunk));
}
