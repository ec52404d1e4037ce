// Services made from templates: files, repository, registration, work item; all of it, or nothing.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fields, firstLine, type Git, text } from "../../gate/git.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements, Parsed } from "../../protocol/contract.ts";
import { Fault } from "../../protocol/errors.ts";
import { identityVariables } from "../../protocol/identity.ts";
import { canonicalPath, type Repos } from "../git/repos.ts";
import {
  chooseValues,
  diffRendered,
  type Loaded,
  listTemplates,
  openTemplate,
  type Rendered,
  render,
} from "../template/template.ts";
import type { Call, Tx, World } from "../world.ts";
import { noteComposed } from "./composed.ts";
import { forgetService, nameIsFree, type Registered, registerService } from "./register.ts";
import { resolveService } from "./resolve.ts";
import { shownService } from "./show.ts";
import { type StoredService, serviceByName } from "./store.ts";

type Methods = Pick<Implements<Api["service"], Call>, "new" | "templates" | "template-diff">;
type Asked = Parsed<Api["service"]["methods"]["new"]>;

/** Prepares an item of a service; what it returns opens it, in the transaction of the answer. */
export type ItemFor = (
  service: StoredService,
  wanted: { title: string; type: "service"; labels: string[]; description: string },
) => Promise<(tx: Tx) => Promise<{ id: number }>>;

export function templating(world: World, repos: Repos, itemFor: ItemFor): Methods {
  return {
    templates: async () => listTemplates(world),

    async new(asked, call) {
      const folder = targetOf(asked);
      await nameIsFree(world, asked.name);
      call.progress(`reading the template ${asked.template}`);
      const template = await openTemplate(world, asked.template, asked.repo, call.signal);
      const trunk = await usualTrunk(world.git(parentOf(folder)));
      const date = world.clock.now().toISOString().slice(0, 10);
      const values = chooseValues(template, asked.set, { name: asked.name, trunk, date });
      const rendered = render(template, values);
      const made = { folder, files: [...rendered.files.keys()].sort(), variables: values };
      if (asked.plan)
        return call.answer(async () => ({ ...made, service: null, commit: null, item: null, next: [again(asked)] }));
      const service = await makeRepository(asked, folder, template, rendered, values, call);
      try {
        const open = asked.noItem ? undefined : await itemFor(service.service, itemOf(asked, template));
        const shown = await shownService(world, repos, service.service);
        return await call.answer(async (tx) => {
          const item = open ? (await open(tx)).id : null;
          const commit = service.service.template?.commit ?? null;
          const next = nextSteps(asked.name, folder, rendered, item);
          return { ...made, service: { ...shown, items: item === null ? 0 : 1 }, commit, item, next };
        });
      } catch (error) {
        await takeBack(asked.name, folder, call);
        throw error;
      }
    },

    async "template-diff"(params, call) {
      const service = await resolveService(world, repos, params);
      const origin = service.template;
      if (!origin)
        throw new Fault("refused", `${service.name} was not made from a template.`, {
          hint: "Make a service from one: calcifer service new <template> <name>",
        });
      const { repo } = await repos.open(service.repo);
      const before = await filesAt(repo.git, origin.commit ?? "");
      if (!before)
        throw new Fault("missing", `The commit that ${service.name} was made with is no longer in ${service.repo}.`, {
          hint: "Without it, what the template has changed since cannot be told from what you have.",
        });
      const asked = origin.source === "built in" ? origin.name : origin.source;
      const template = await openTemplate(world, asked, undefined, call.signal);
      const { name = service.name, trunk = service.trunk, date = "", ...own } = origin.variables;
      const known = Object.entries(own).filter(([key]) => template.manifest.variables.some((v) => v.name === key));
      const set = known.map(([key, value]) => `${key}=${value}`);
      const now = render(template, chooseValues(template, set, { name, trunk, date }));
      const files = await diffRendered(before, now.files, (at) => world.git(at));
      return {
        service: service.name,
        template: origin.name,
        from: origin.version,
        to: template.manifest.version,
        files,
      };
    },
  };

  /** The folder with its first commit, registered. @throws Fault, and then nothing is left of it */
  async function makeRepository(
    asked: Asked,
    folder: string,
    { manifest, source }: Loaded,
    rendered: Rendered,
    values: Record<string, string>,
    call: Call,
  ): Promise<Registered> {
    const parents = missingParents(folder);
    mkdirSync(path.dirname(folder), { recursive: true });
    const aside = mkdtempSync(path.join(path.dirname(folder), `.${asked.name}-`));
    let moved = false;
    try {
      write(aside, rendered.files);
      const subject = `Make ${asked.name} from the template ${manifest.name} ${manifest.version}`;
      const commit = await firstCommit(world.git(aside), values.trunk ?? "main", subject, asked.env);
      moveTo(aside, folder);
      moved = true;
      const compose = ["compose.yaml"].filter((file) => rendered.files.has(file));
      const template = { name: manifest.name, version: manifest.version, source, variables: values, commit };
      const { name } = asked;
      const known = { path: folder, name, trunk: values.trunk, kind: manifest.kind, compose, template, commit: true };
      const registered = await registerService(world, repos, known, call);
      for (const file of compose) await call.write((tx) => noteComposed(tx, registered.service.id, `${file}#${name}`));
      return registered;
    } catch (error) {
      if (moved) await takeBack(asked.name, folder, call);
      else rmSync(aside, { recursive: true, force: true });
      removeEmpty(parents);
      throw error;
    }
  }

  /** Forgets the service, if it came so far that it was one, and removes what was made for it. */
  async function takeBack(name: string, folder: string, call: Call): Promise<void> {
    const made = await serviceByName(world.db, name).catch(() => undefined);
    if (made?.repo === canonicalPath(folder)) await call.write((tx) => forgetService(tx, world, made));
    rmSync(folder, { recursive: true, force: true });
  }
}

// ---- where

/** @throws Fault invalid | conflict, when there is something there already */
function targetOf({ folder, name, repo }: Asked): string {
  const asked = folder ?? name;
  if (repo === undefined && !path.isAbsolute(asked))
    throw new Fault("invalid", `folder: ${asked} is not an absolute path.`);
  const full = path.resolve(repo ?? "/", asked);
  const target = path.join(canonicalPath(path.dirname(full)), path.basename(full));
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat && (!stat.isDirectory() || readdirSync(target).length > 0))
    throw new Fault("conflict", `${target} is there already${stat.isDirectory() ? ", and not empty" : ""}.`, {
      hint: "Name another folder: --folder <path>",
    });
  return target;
}

/** The nearest folder above that is there. */
function parentOf(folder: string): string {
  let at = path.dirname(folder);
  while (!existsSync(at) && at !== path.dirname(at)) at = path.dirname(at);
  return at;
}

/** The folders that have to be made on the way, the deepest first. */
function missingParents(folder: string): string[] {
  const found: string[] = [];
  for (let at = path.dirname(folder); !existsSync(at); at = path.dirname(at)) found.push(at);
  return found;
}

/** Only the empty ones: somebody else may have put something there meanwhile. */
function removeEmpty(folders: readonly string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // It is in use, or gone.
  }
}

/** The folder may be there, empty; Windows does not move onto one. */
function moveTo(aside: string, folder: string): void {
  try {
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(aside, folder);
  } catch (error) {
    throw new Fault("conflict", `${folder} cannot be made: ${(error as Error).message}.`, {
      hint: "Nothing was written.",
    });
  }
}

function write(top: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, contents] of files) {
    const file = path.join(top, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contents, { flag: "wx" });
  }
}

// ---- git

async function usualTrunk(git: Git): Promise<string> {
  const said = text(await git(["config", "--get", "init.defaultBranch"])) ?? "main";
  return (await git(["check-ref-format", "--branch", said])).code === 0 ? said : "main";
}

async function firstCommit(git: Git, trunk: string, subject: string, who: Asked["env"]): Promise<string> {
  const env = who && Object.fromEntries(identityVariables.map((name) => [name, who[name]]));
  await must(git(["init", "-q", `--initial-branch=${trunk}`]));
  // Whatever a person's own list of ignored files says: these were asked for.
  await must(git(["add", "--all", "--force"]));
  const message = `${subject}\n\nCalcifer-Waiver: entry; set-up\n`;
  await must(git(["commit", "-q", "-F", "-"], { input: message, ...(env && { env }) }));
  return text(await git(["rev-parse", "HEAD"])) as string;
}

async function must(running: ReturnType<Git>): Promise<void> {
  const { code, stderr } = await running;
  if (code === 0) return;
  if (/tell me who you are|empty ident|auto-detect email/i.test(stderr))
    throw new Fault("refused", "git does not know who makes the first commit.", {
      hint: 'Tell it: git config --global user.name "<name>" and git config --global user.email <address>',
    });
  throw new Fault("refused", `git could not make the repository: ${firstLine(stderr) || "it gave no reason"}.`, {
    hint: "Nothing was written.",
  });
}

const mostBytes = 16 * 1024 * 1024;

/** The files of a commit; undefined where it is not there. */
async function filesAt(git: Git, commit: string): Promise<Map<string, Buffer> | undefined> {
  const listed = await git(["ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", commit]);
  if (commit === "" || listed.code !== 0) return undefined;
  const files = new Map<string, Buffer>();
  let bytes = 0;
  for (const row of fields(listed)) {
    const tab = row.indexOf("\t");
    const [, kind, id = "", size = "0"] = row.slice(0, tab).split(/ +/);
    bytes += Number(size) || 0;
    if (kind !== "blob" || bytes > mostBytes) continue;
    files.set(row.slice(tab + 1), (await git(["cat-file", "blob", id])).stdout);
  }
  return files;
}

// ---- words

const itemOf = ({ name }: Asked, { manifest }: Loaded) => ({
  title: `Set up ${name}`,
  type: "service" as const,
  labels: [],
  description: `Made from the template ${manifest.name} ${manifest.version}: ${manifest.title}.`,
});

function nextSteps(name: string, folder: string, { health, next }: Rendered, item: number | null): string[] {
  return [
    `cd ${word(folder)}`,
    // What the rest leaves, such as a lock file and the page of the endpoint, belongs to the item.
    ...(item === null ? [] : [`calcifer work start ${item}`]),
    ...next,
    ...(health === undefined ? [] : [`calcifer health add ${name} ${health}`]),
  ];
}

/** The same without `--plan`. */
const again = ({ template, name, set, folder, noItem }: Asked): string =>
  [
    `calcifer service new ${word(template)} ${name}`,
    ...set.map((one) => `--set ${word(one)}`),
    ...(folder === undefined ? [] : [`--folder ${word(folder)}`]),
    ...(noItem ? ["--no-item"] : []),
  ].join(" ");

/** As a shell reads it. */
const word = (text: string): string => (/^[\w./:@=+#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
