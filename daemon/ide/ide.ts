// The door of the room ide: what an editor should know of a repository, offered live or written into .vscode.
import { rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Repo } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { writeInside } from "../git/commit.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService, type StoredService, servicesOfRepo } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { gather } from "./facts.ts";
import { diffOf, type FilePlan, planRemoval, planWriting, stateOf } from "./plan.ts";
import { type Notes, readNotes, writeNotes } from "./record.ts";
import { detect, type Offers, rootsOf } from "./rules.ts";
import { vscodeFiles } from "./templates.ts";

interface Asked {
  service?: string | undefined;
  repo?: string | undefined;
}

export function ideRoom(world: World, repos: Repos): Implements<Api["ide"], Call> {
  return {
    async vscode(params, call) {
      const { repo, service, here } = await repositoryOf(params);
      // The folder is the repository's: it holds what all its services need, whichever was named.
      const offers = offersOf(
        repo,
        here.some(({ paths }) => paths.length === 0) ? [] : here.flatMap(({ paths }) => paths),
      );
      const notes = readNotes(repo);
      const plans = params.remove ? planRemoval(repo, notes) : planWriting(repo, vscodeFiles(offers), notes);
      const files = plans.map((plan) => ({
        path: plan.path,
        state: stateOf(plan),
        diff: diffOf(plan),
        kept: plan.kept,
        after: plan.after ?? null,
      }));
      const changed = files.filter(({ state }) => state !== "same").map((file) => file.path);
      if (params.write) carryOut(repo, plans, notes);
      const result = { repo: repo.top, detected: offers.detected, files, written: params.write && changed.length > 0 };
      return call.answer(async (tx) => {
        if (result.written)
          await tx.happened("ide.written", {
            service: service?.name ?? null,
            data: { repo: repo.top, files: changed },
          });
        return result;
      });
    },

    async offers(params) {
      const { repo, service } = await repositoryOf(params);
      const { tasks, launches, extensions } = offersOf(repo, service?.paths ?? []);
      return { repo: repo.top, tasks: tasks.map(({ matchers: _, ...task }) => task), launches, extensions };
    },
  };

  /** A repository need not be registered. @returns the service that was named, or that has it alone, and all that are here */
  async function repositoryOf(
    asked: Asked,
  ): Promise<{ repo: Repo; service: StoredService | undefined; here: StoredService[] }> {
    const named = asked.service === undefined ? undefined : await resolveService(world, repos, asked);
    const folder = named?.repo ?? asked.repo;
    if (folder === undefined) throw new Fault("invalid", "service: No service was named, and no repository either.");
    const { repo } = await repos.open(folder);
    if (repo.bare) throw new Fault("refused", `${repo.top} is a bare repository: it has no files to look at.`);
    const here = await servicesOfRepo(world.db, repo.commonDir);
    return { repo, service: named ?? (here.length === 1 ? here[0] : undefined), here };
  }
}

/** @param globs what is looked at; none: all */
function offersOf(repo: Repo, globs: readonly string[]): Offers {
  const [top] = gather(repo.top, [""]);
  return detect(gather(repo.top, rootsOf(globs)), top);
}

/** The notes come first: what is noted and not written is seen as such the next time, the other way round it is lost. */
function carryOut(repo: Repo, plans: readonly FilePlan[], notes: Notes): void {
  const after = { ...notes };
  for (const { path: file, note } of plans) {
    if (note) after[file] = note;
    else delete after[file];
  }
  const removed = plans.filter((plan) => stateOf(plan) === "removed");
  if (removed.length === 0) writeNotes(repo, after);
  for (const plan of plans)
    if (plan.after !== undefined && plan.after !== plan.before) writeInside(repo, plan.path, plan.after);
  for (const { path: file } of removed) rmSync(path.join(repo.top, file), { force: true });
  if (removed.length > 0) {
    writeNotes(repo, after);
    removeIfEmpty(path.join(repo.top, ".vscode"));
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it.
  }
}
