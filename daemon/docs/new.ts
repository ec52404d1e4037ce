// A new document from a template: where it is written, and what is filled in. Never over what is there.
import { existsSync, lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { worktreeOf } from "../../gate/judge.ts";
import { type Policy, slug } from "../../gate/policy.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Repo } from "../../gate/repo.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside, writeInside } from "../git/commit.ts";
import type { Opened, Repos } from "../git/repos.ts";
import { resolveService, type StoredService } from "../service/service.ts";
import { documentTemplate, resolveItem, type StoredItem } from "../work/work.ts";
import type { Call, World } from "../world.ts";
import { printable } from "./rules.ts";
import { filled, type Template, templatesFor } from "./templates.ts";

type Docs = Implements<Api["docs"], Call>;
interface Asked {
  item?: number | string | undefined;
  service?: string | undefined;
  repo?: string | undefined;
}

export function making(world: World, repos: Repos): Pick<Docs, "templates" | "new"> {
  return {
    async templates(p) {
      const { service, place, policy } = await placeFor(p, undefined);
      const all = await templatesOf(service, place.repo, policy);
      return {
        templates: [...all.values()].map((t) => ({
          name: t.name,
          summary: t.summary,
          path: filled(t.path, { docs: policy.docs }),
          source: t.source,
        })),
      };
    },

    async new(p, call) {
      // A document of a kind of item belongs to one; others do when it is named.
      const wanted =
        p.item !== undefined && String(p.item).trim() !== "" ? await resolveItem(world, repos, p) : undefined;
      const first = await placeFor(p, wanted);
      const all = await templatesOf(first.service, first.place.repo, first.policy);
      const template = all.get(p.template);
      if (!template)
        throw new Fault("missing", `There is no template ${JSON.stringify(p.template)}.`, {
          hint: `There are: ${[...all.keys()].join(", ")}`,
        });
      const item = wanted ?? (template.type === undefined ? undefined : await resolveItem(world, repos, p));
      const { service, place, policy } = item === wanted ? first : await placeFor(p, item);
      if (place.repo.bare)
        throw new Fault("refused", `${place.repo.top} is a bare repository: there is no work tree to write into.`);
      const { file, text } = filledIn(template, { ...p, service, policy, item, top: place.repo.top });
      const created = !isThere(place.repo, file);
      if (created) writeInside(place.repo, file, text);
      return call.answer(async (tx) => {
        if (created)
          await tx.happened("docs.written", {
            item: item?.id ?? null,
            service: service.name,
            data: { path: file, template: template.name },
          });
        return { service: service.name, path: file, file: path.join(place.repo.top, file), created };
      });
    },
  };

  function templatesOf(service: StoredService, repo: Repo, policy: Policy): Promise<Map<string, Template>> {
    const documents = Object.entries(policy.types).map(([type, { document }]) => [type, document]);
    return templatesFor(service, repo, world.folders.config, Object.fromEntries(documents));
  }

  /** The work tree that has the item's branch; else the one the person stands in, if it is the service's; else its own. */
  async function placeFor(p: Asked, item: StoredItem | undefined) {
    const named = p.service ?? item?.service ?? undefined;
    const service = await resolveService(world, repos, named === undefined ? p : { service: named });
    const own = await repos.open(service.repo);
    const here = p.repo === undefined ? undefined : await repos.open(p.repo).catch(() => undefined);
    const branch = item?.serviceId === service.id ? item.branch : null;
    const folder = branch === null ? undefined : await worktreeOf(own.repo, branch);
    const stood = here?.repo.commonDir === own.repo.commonDir ? here : own;
    const place: Opened = folder === undefined ? stood : await repos.open(folder);
    const { policy } = await policyNow(own.repo, own.objects, service.trunk, service.name);
    return { service, place, policy: { ...policy, docs: service.docs } };
  }

  function filledIn(
    template: Template,
    asked: {
      title?: string | undefined;
      path?: string | undefined;
      service: StoredService;
      policy: Policy;
      item: StoredItem | undefined;
      top: string;
    },
  ): { file: string; text: string } {
    const { service, policy, item, top } = asked;
    const own = printable((asked.title ?? "").replace(/\s+/g, " ")).trim();
    if (own === "" && template.title === undefined)
      throw new Fault("invalid", `title: a document of ${template.name} needs a title.`, {
        hint: `Give it one: calcifer docs new ${template.name} "what it is about"`,
      });
    const known = {
      service: service.title || service.name,
      kind: service.kind,
      owner: service.owner,
      docs: policy.docs,
      date: world.clock.now().toISOString().slice(0, 10),
      id: item === undefined ? "" : String(item.id),
      item: item === undefined ? "" : `#${item.id}`,
      type: item?.type ?? "",
    };
    const title = own || (template.type && item ? item.title : filled(template.title ?? "", known));
    const named = { ...known, title, slug: slug(own || (template.type && item ? item.title : template.name)) };
    const pattern = (own !== "" && template.titledPath) || template.path;
    const wish = asked.path ?? (template.type === undefined ? undefined : item?.document) ?? filled(pattern, named);
    const file = insidePath(wish.includes("{number}") ? numbered(top, wish) : wish);
    // An item's own document is as `work document` writes it.
    const text =
      template.type && item
        ? documentTemplate({ id: item.id, title, type: template.type })
        : filled(template.body(), named);
    return { file, text };
  }
}

/** @throws Fault invalid, where it is no Markdown file in the repository */
function insidePath(wish: string): string {
  const file = path.posix.normalize(wish.trim().replaceAll("\\", "/"));
  if (path.posix.isAbsolute(file) || /^[a-z]:/i.test(file) || file.split("/").includes("..") || /\p{Cc}/u.test(file))
    throw new Fault(
      "invalid",
      `path: ${JSON.stringify(wish)} is not a path in the repository, such as docs/runbook.md.`,
    );
  if (!/[^/]\.(?:md|markdown)$/i.test(file))
    throw new Fault("invalid", `path: ${JSON.stringify(wish)} is no Markdown file; it ends in .md.`);
  return file;
}

/** The next number of a row of documents, in four digits; the same where the same words have one already. */
function numbered(top: string, wish: string): string {
  const [before, after] = [wish.slice(0, wish.indexOf("{number}")), wish.slice(wish.indexOf("{number}") + 8)];
  const folder = path.join(top, insidePath(`${before}0.md`), "..");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const start = path.posix.basename(`${before}0`).slice(0, -1);
  const same = names.find(
    (name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length, -after.length)) && name.endsWith(after),
  );
  if (same !== undefined) return before + same.slice(start.length);
  const numbers = names.map((name) => Number(/^(\d{1,6})(?!\d)/.exec(name.slice(start.length))?.[1] ?? 0));
  return before + String(Math.max(0, ...numbers) + 1).padStart(4, "0") + after;
}

/** @throws Fault refused, where it leads elsewhere */
function isThere(repo: Repo, file: string): boolean {
  const found = lstatSync(path.join(repo.top, file), { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Fault("invalid", `path: ${file} is a folder.`);
  return readInside(repo, file) !== undefined;
}
