// Templates of documents: those that come with Calcifer, by kind of service and type of item; the user's; the repository's.
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { itemTypes } from "../../gate/policy-keys.ts";
import type { Repo } from "../../gate/repo.ts";
import type { Item } from "../../protocol/work.ts";
import type { StoredService } from "../service/service.ts";
import { documentTemplate } from "../work/work.ts";
import { bodyOf, builtIn } from "./built-in.ts";
import { templatesIn } from "./rules.ts";
import { look, readSource } from "./sources.ts";

export interface Template {
  name: string;
  summary: string;
  /** where it writes to, with placeholders */
  path: string;
  titledPath?: string | undefined;
  /** `built in`, or the file it is */
  source: string;
  /** the title where none is given; undefined: one has to be given */
  title: string | undefined;
  /** it is the document of an item of this type, and needs one */
  type?: Item["type"];
  body(): string;
}

const mostOwn = 200;

/** By name; the repository's before the user's before ours. */
export async function templatesFor(
  service: StoredService,
  repo: Repo,
  config: string,
  documents: Record<string, string | undefined>,
): Promise<Map<string, Template>> {
  const all = [
    ...ofTypes(documents),
    ...ofKind(service.kind),
    ...(await ownIn(path.join(config, "documents"), "")),
    ...(repo.bare ? [] : await ownIn(repo.top, path.posix.normalize(templatesIn(service)))),
  ];
  return new Map(all.map((template) => [template.name, template]));
}

const ofKind = (kind: StoredService["kind"]): Template[] =>
  Object.entries(builtIn).map(([name, template]) => ({
    name,
    summary: template.summary,
    path: template.path,
    titledPath: template.titledPath,
    source: "built in",
    title: template.title,
    body: () => bodyOf(template, kind),
  }));

/** @param documents the policy's path of the document, by type */
const ofTypes = (documents: Record<string, string | undefined>): Template[] =>
  itemTypes.map((type) => ({
    name: type,
    summary: `the document of a work item of type ${type}`,
    path: documents[type] ?? "{docs}/changes/{id}-{slug}.md",
    source: "built in",
    title: "{title}",
    type,
    body: () => documentTemplate({ id: 0, title: "", type }),
  }));

/** Markdown files in a folder, read through no link. @param folder under `top`, with `/` */
async function ownIn(top: string, folder: string): Promise<Template[]> {
  const place = path.join(top, folder);
  if (folder.startsWith("..") || !statSync(place, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(place).filter((name) => /^[^.].*\.md$/i.test(name));
  const found: Template[] = [];
  for (const name of names.sort().slice(0, mostOwn)) {
    const file = path.posix.join(folder, name);
    const text = look(top, file) && (await readSource(top, file));
    if (text !== undefined) found.push(own(name.replace(/\.md$/i, ""), path.join(place, name), text));
  }
  return found;
}

/** `summary:`, `path:` and `title:` may stand between two lines `---` above the text. */
function own(name: string, source: string, text: string): Template {
  const head = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text);
  const settings = head?.index === 0 ? (head[1] ?? "") : "";
  const said = (key: string) =>
    new RegExp(`^${key}:(.*)$`, "m")
      .exec(settings)?.[1]
      ?.trim()
      .replace(/^(["'])(.*)\1$/, "$2") || undefined;
  const body = settings === "" ? text : text.slice(head?.[0].length);
  return {
    name,
    summary: (said("summary") ?? "your own").slice(0, 200),
    path: said("path") ?? "{docs}/{slug}.md",
    source,
    title: said("title") ?? name,
    body: () => body,
  };
}

/** Puts values in the place of `{name}`; what is not known stays as it is. */
export const filled = (text: string, values: Record<string, string>): string =>
  text.replace(/\{([a-z]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );
