// CHANGES.md in the daemon: showing its entries, adding one to the work tree, releasing a version on the trunk.
import { type Entry, entries } from "../../gate/changes.ts";
import { trunkOf, worktreeOf } from "../../gate/judge.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import { headBranch, marks, underWay } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Parsed } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { makeCommit, readInside, writeInside } from "../git/commit.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { resolveService, type StoredService } from "../service/service.ts";
import { activeItem, entryEdit, locate, resolveItem } from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { fragmentEntries, readFragments } from "./fragments.ts";
import { type PreviewPlace, preview } from "./preview.ts";
import { mayRelease, plannedRelease, tagRelease } from "./release.ts";
import { orInvalid } from "./words.ts";

type Changes = Implements<Api["changes"], Call>;
type Asked = Pick<Parsed<Api["changes"]["methods"]["add"]>, "item" | "repo">;

export function changesRoom(world: World, repos: Repos): Changes {
  return {
    async show(p) {
      const { opened, policy } = await serviceHere(p);
      const { file } = policy.changes;
      const lies = opened.repo.bare
        ? await opened.objects.readText(`refs/heads/${policy.trunk}:${file}`)
        : readInside(opened.repo, file);
      const fragments =
        policy.changes.entries === "fragments" && !opened.repo.bare
          ? fragmentEntries(readFragments(opened.repo, file))
          : [];
      if (lies === undefined && fragments.length === 0) throw noFile(file, opened);
      const all = [...fragments, ...entries(lies ?? "")];
      return { file, entries: (p.all ? all : ofRelease(all, p.release)).map(shownEntry) };
    },

    async add(p, call) {
      const { item, opened, policy } = await placeFor(p);
      const { file, apply } = entryEdit(policy, item, p);
      const after = orInvalid(() => apply(readInside(opened.repo, file) ?? ""));
      writeInside(opened.repo, file, after.text);
      const written = file === policy.changes.file ? entries(after.text).find((e) => e.line === after.line) : undefined;
      return call.answer(async () => ({ file, line: after.line, text: written?.text ?? p.text }));
    },

    async preview(p) {
      return preview(await placeOfPreview(p), p);
    },

    async release(p, call) {
      const { service, opened: named } = await serviceHere(p);
      const opened = await onTrunk(named, service);
      const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
      const plan = plannedRelease(opened.repo, policy, {
        version: p.version,
        date: p.date ?? localDate(world.clock.now()),
      });
      const tag = p.noTag ? null : plan.tag;
      await mayRelease(opened.repo, { ...plan, tag });
      const commit = await makeCommit(opened, {
        what: { kind: "paths", paths: [plan.file], cwd: opened.repo.top },
        remove: plan.fragments,
        edit: { file: plan.file, apply: plan.apply },
        message: `Release ${plan.version}\n\nCalcifer-Waiver: entry; release ${plan.version}\n`,
      });
      await call.write((tx) =>
        tx.happened("changes.released", { service: service.name, data: { version: plan.version, commit } }),
      );
      if (tag !== null) await tagRelease(opened.repo, tag, plan.version, commit);
      return call.answer(async () => ({ version: plan.version, commit, tag, entries: plan.entries }));
    },
  };

  async function serviceHere(p: { repo?: string | undefined; service?: string | undefined }) {
    const service = await resolveService(world, repos, p);
    // Of several work trees, the one the person stands in.
    const opened = await repos.open(p.service !== undefined || p.repo === undefined ? service.repo : p.repo);
    const { policy } = await policyNow(opened.repo, opened.objects, service.trunk, service.name);
    return { service, opened, policy };
  }

  /** The work tree that has the item's branch. */
  async function placeFor(p: Asked) {
    const item = await resolveItem(world, repos, p);
    const { service, opened } = await locate(world, repos, item);
    const folder = item.branch === null ? undefined : await worktreeOf(opened.repo, item.branch);
    if (folder === undefined)
      throw new Fault(
        "refused",
        `#${item.id} "${item.title}" is not checked out anywhere, so there is no file to write its entry into.`,
        {
          reasons: [
            { check: "branch", message: "Its branch has to be checked out.", next: `calcifer work start ${item.id}` },
          ],
        },
      );
    const place = await repos.open(folder);
    const { policy } = await policyNow(place.repo, place.objects, service.trunk, service.name);
    return { item, service, opened: place, policy };
  }

  /** As for an entry that is written; on a branch of none of our items, as for a commit there. */
  async function placeOfPreview(p: Asked): Promise<PreviewPlace> {
    const named = p.item !== undefined && String(p.item).trim() !== "" && p.item !== ".";
    const active = named || (await activeItem(world, repos, p.repo)).item !== undefined;
    if (active || p.repo === undefined) {
      const { item, service, opened, policy } = await placeFor(p);
      return { item, opened, policy, trunk: service.trunk, branch: item.branch ?? undefined };
    }
    const opened = await repos.open(p.repo);
    if (opened.repo.bare)
      throw new Fault("refused", `${opened.repo.top} is a bare repository: there is no file to write an entry into.`);
    const branch = await headBranch(opened.repo);
    const item = branch === undefined ? undefined : (await marks(opened.repo)).get(branch);
    const trunk = trunkOf(opened.repo, item);
    const { policy } = await policyNow(opened.repo, opened.objects, trunk, item?.service);
    return { item, opened, policy, trunk, branch };
  }

  async function onTrunk({ repo }: Opened, service: StoredService): Promise<Opened> {
    const folder = await worktreeOf(repo, service.trunk);
    if (folder === undefined || repo.bare)
      throw new Fault("refused", `A release is made on ${service.trunk}, and that is checked out nowhere.`, {
        hint: `Switch to it: git switch ${service.trunk}`,
      });
    const opened = await repos.open(folder);
    if (underWay(opened.repo))
      throw new Fault("refused", `git is in the middle of something in ${folder}.`, {
        hint: "Finish it first; git status says how.",
      });
    return opened;
  }
}

const noFile = (file: string, { repo }: Opened): Fault =>
  new Fault("missing", `There is no ${file} in ${repo.top}.`, {
    hint: 'The first entry makes it: calcifer changes add "…"',
  });

const bare = (version: string): string => version.replace(/^v/i, "");

function ofRelease(all: Entry[], release: string | undefined): Entry[] {
  if (release === undefined) return all.filter((e) => e.release === undefined);
  const found = all.filter((e) => e.release !== undefined && bare(e.release) === bare(release));
  if (found.length > 0) return found;
  const names = [...new Set(all.flatMap((e) => (e.release ? [e.release] : [])))].slice(0, 10);
  throw new Fault("missing", `There is no release ${release} with entries.`, {
    hint:
      names.length > 0
        ? `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}`
        : "Nothing was released yet.",
  });
}

const shownEntry = ({ text, items, section, release, line }: Entry) => ({
  text,
  items,
  line,
  ...(section !== undefined && { section }),
  ...(release !== undefined && { release }),
});

function localDate(now: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
