// What services need, what fails with them, what is live, and services that are retired.
import type { Api } from "../../protocol/api.ts";
import type { Result } from "../../protocol/contract.ts";
import type { Service } from "../../protocol/service.ts";
import type { Paper } from "../paper.ts";
import { ago, clean, cleanLines, count, indent, wrap } from "../text.ts";
import { done, mark, named, next, short, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";
import { liveText } from "./service.ts";

type Methods = Api["service"]["methods"];
type Environment = Result<Methods["live"]>["environments"][number];

function needs({ name, dependsOn }: Service, on: Paper): string[] {
  if (dependsOn.length === 0) return [done(on, `Nothing is known any more that ${clean(name)} needs.`)];
  return [
    done(on, `${clean(name)} needs ${dependsOn.map(clean).join(", ")}.`),
    next(on, `calcifer service graph ${clean(name)}`),
  ];
}

/** In a format for programs nothing is added: it goes into a file. */
function graph({ nodes, edges, text }: Result<Methods["graph"]>, on: Paper, params: Record<string, unknown>): string[] {
  if (params.format !== undefined && params.format !== "text") return cleanLines(text).split("\n");
  if (nodes.length === 0)
    return ["There are no services yet.", next(on, "calcifer service add <path of a git repository>")];
  const lines = cleanLines(text).split("\n");
  return edges.length > 0 ? lines : [...lines, next(on, "calcifer service depend <service> on <service it needs>")];
}

function impact({ service, fails }: Result<Methods["impact"]>, on: Paper): string[] {
  if (fails.length === 0) return [`Nothing that Calcifer knows of needs ${clean(service)}.`];
  return [
    `When ${on.bold(clean(service))} fails, ${count(fails.length, "service")} ${fails.length === 1 ? "fails" : "fail"} with it:`,
    ...fails.map((one) => {
      const via = one.via.map(clean).join(", ");
      return `  ${clean(one.service)}${via === "" ? "" : on.dim(`  by way of ${via}`)}`;
    }),
  ];
}

function live({ service, environments }: Result<Methods["live"]>, on: Paper): string[] {
  if (environments.length === 0)
    return [
      `Nothing is known of what is live of ${clean(service)}.`,
      next(on, `calcifer service live-set ${clean(service)} <version or commit>`),
    ];
  return environments.flatMap((one, i) => [...(i > 0 ? [""] : []), ...environment(one, on)]);
}

const most = 10;

function environment({ environment: name, live: known, state, why, ...lacks }: Environment, on: Paper): string[] {
  const part = <T>(title: string, all: readonly T[], lines: (one: T) => string[], number = all.length) => {
    const shown = all.slice(0, most);
    const hidden = number - shown.length;
    const more = hidden > 0 ? [`… and ${hidden.toLocaleString("en")} more`] : [];
    return all.length === 0 ? [] : [on.dim(title), ...indent([...shown.flatMap(lines), ...more], 2)];
  };
  const commit = ({ id, subject, author, at }: Environment["commits"][number]) =>
    `${on.yellow(short(id))} ${clean(subject)}  ${on.dim(`${clean(author)}, ${ago(at, on.now)}`)}`;
  const below = [
    ...wrap(clean(why), on.width - 2),
    ...part("items", lacks.items, (item) => [named(item)]),
    ...part("entries", lacks.entries, (text) => bullet(clean(text), on)),
    ...part("commits", lacks.commits, (one) => [commit(one)], lacks.behind ?? 0),
  ];
  return [`${mark(state, on)} ${on.bold(clean(name))}${known ? `  ${liveText(known, on)}` : ""}`, ...indent(below, 2)];
}

const bullet = (text: string, on: Paper): string[] =>
  wrap(text, on.width - 6).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));

function liveSet(service: Service, on: Paper, params: Record<string, unknown>): string[] {
  const environment = typeof params.environment === "string" ? params.environment : "production";
  const known = service.environments.find(({ name }) => name === environment)?.live;
  if (!known) return [done(on, `Nothing is live of ${clean(service.name)} in ${clean(environment)}.`)];
  return [
    done(on, `Live of ${clean(service.name)} in ${clean(environment)}: ${liveText(known, on)}.`),
    ...(known.commit === null
      ? [warning(on, "That is no commit and no tag of its repository: what is merged and not live cannot be told.")]
      : []),
    next(on, `calcifer service live ${clean(service.name)}`),
  ];
}

const retired = ({ name }: Service, on: Paper): string[] => [
  done(on, `${clean(name)} is retired: no longer listed nor watched. Its history stays.`),
  `${on.dim("Back:")} calcifer service restore ${clean(name)}`,
];

const restored = ({ name }: Service, on: Paper): string[] => [
  done(on, `${clean(name)} is back, and so are its hooks.`),
  next(on, `calcifer service show ${clean(name)}`),
];

export const cataloguePrinters: Record<string, Printer> = {
  "service.depend": needs,
  "service.undepend": needs,
  "service.graph": graph,
  "service.impact": impact,
  "service.live": live,
  "service.live-set": liveSet,
  "service.retire": retired,
  "service.restore": restored,
};
