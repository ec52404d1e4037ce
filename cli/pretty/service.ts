// Services, as a list and alone, and what the doctor found. What they need and what is live is in catalogue.ts.
import type { Diagnosis, Live, Service } from "../../protocol/service.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, clean, cut, wrap } from "../text.ts";
import { done, heading, mark, next, short } from "./marks.ts";
import type { Printer } from "./printer.ts";

type Hooks = Service["hooks"];

const hookState = (hooks: Hooks) => (hooks === "in force" ? "yes" : hooks === "not in force" ? "no" : "unknown");

function list({ services }: { services: Service[] }, on: Paper, params: Record<string, unknown>): string[] {
  if (services.length === 0 && ["kind", "label", "owner"].some((name) => params[name] !== undefined))
    return ["No service is like that.", next(on, "calcifer service list")];
  if (services.length === 0)
    return ["There are no services yet.", next(on, "calcifer service add <path of a git repository>")];
  const rows = services.map((s) => [
    clean(s.name),
    s.kind === "application" ? "" : s.kind,
    clean(s.owner),
    s.labels.map(clean).join(" "),
    clean(s.trunk),
    liveInShort(s),
    s.retired === null ? s.hooks : "retired",
    String(s.items),
    clean(s.repo),
  ]);
  const style = (cell: string) =>
    cell === "in force" ? on.green(cell) : cell === "not in force" ? on.red(cell) : on.yellow(cell);
  const lines = columns(
    on,
    [
      { head: "service", style: on.bold },
      { head: "kind", spare: 4 },
      { head: "owner", spare: 0 },
      { head: "labels", style: on.cyan, spare: 3 },
      { head: "trunk", spare: 1 },
      { head: "live" },
      { head: "hooks", style },
      { head: "open items", right: true },
      { head: "repository", style: on.dim, spare: 2 },
    ],
    rows,
  );
  const ill = services.find((s) => s.hooks !== "in force" && s.retired === null);
  return ill ? [...lines, "", next(on, `calcifer doctor ${clean(ill.name)}`)] : lines;
}

/** What people use, and how many other environments there are; with a `?` where the version is no commit we know. */
function liveInShort({ environments }: Service): string {
  const known = environments.flatMap(({ name, live }) => (live ? [{ name, live }] : []));
  const one = known.find(({ name }) => name === "production") ?? known[0];
  if (!one) return "";
  const more = known.length > 1 ? ` +${known.length - 1}` : "";
  return `${cut(versionText(one.live.version), 20)}${one.live.commit === null ? " ?" : ""}${more}`;
}

/** A whole commit id says no more than its beginning. */
const versionText = (version: string): string => (/^[0-9a-f]{40,64}$/.test(version) ? short(version) : clean(version));

function show(service: Service, on: Paper): string[] {
  const { environments, links, template, retired, retiredReason } = service;
  const why = retiredReason === undefined ? [] : [clean(retiredReason)];
  const facts: [string, string | false][] = [
    ["retired", retired !== null && [ago(retired, on.now), ...why].join(": ")],
    ["kind", service.kind],
    ["owner", clean(service.owner)],
    ["labels", service.labels.map(clean).join(", ")],
    ["repository", clean(service.repo)],
    ["files", service.paths.map(clean).join(", ")],
    ["compose", service.compose.map(clean).join(", ")],
    ["trunk", clean(service.trunk)],
    ["changes", clean(service.changes)],
    ["documents", clean(service.docs)],
    ["needs", service.dependsOn.map(clean).join(", ")],
    ...environments.map(({ name, live }): [string, string] => [
      `live in ${clean(name)}`,
      live ? liveText(live, on) : "nothing",
    ]),
    ...links.map(({ title, url }): [string, string] => [clean(title), clean(url)]),
    ["made from", template !== null && `${clean(template.name)} ${clean(template.version)}`],
    ["hooks", retired === null && `${mark(hookState(service.hooks), on)} ${service.hooks}`],
    ["open items", String(service.items)],
    ["added", ago(service.added, on.now)],
  ];
  const said = facts.flatMap(([label, text]) => (text ? [[on.dim(label), text] as const] : []));
  return [
    heading(on, clean(service.name), clean(service.title)),
    ...labelled(on, said),
    ...(retired !== null
      ? [next(on, `calcifer service restore ${clean(service.name)}`)]
      : service.hooks === "in force"
        ? []
        : [next(on, `calcifer doctor ${clean(service.name)}`)]),
  ];
}

const said = { deployment: "deployed", probe: "read by a probe", hand: "said by hand" };

export function liveText({ version, commit, source, at }: Live, on: Paper): string {
  const id = commit === null ? "no commit we know" : short(commit);
  const known = versionText(version) === id ? "" : `${id}, `;
  return `${versionText(version)} (${known}${said[source]} ${ago(at, on.now)})`;
}

interface Added {
  service: Service;
  wrote: string[];
  commit: string | null;
  doctor: Diagnosis;
  next: string | null;
}

function added({ service, wrote, commit, doctor, next: command }: Added, on: Paper): string[] {
  const committed = commit === null ? "uncommitted" : `committed as ${clean(commit).slice(0, 10)}`;
  return [
    done(on, `${clean(service.name)} is a service now: ${clean(service.repo)}, trunk ${clean(service.trunk)}.`),
    ...(wrote.length === 0 ? [] : [`  Written (${committed}): ${wrote.map(clean).join(", ")}`]),
    ...(doctor.healthy
      ? [`  ${mark("yes", on)} git enforces the gate here (${clean(doctor.layout)})`]
      : findings(doctor, on)),
    ...(command === null ? [] : [next(on, clean(command))]),
  ];
}

function edited(service: Service, on: Paper): string[] {
  return [done(on, `Changed ${clean(service.name)}.`), ...show(service, on).slice(1)];
}

function removed({ name, restored }: { name: string; restored: string[] }, on: Paper): string[] {
  return [
    done(on, `${clean(name)} is forgotten. Nothing of yours was deleted.`),
    ...(restored.length === 0 ? [] : ["  Put back as it was:", ...restored.map((line) => `    ${clean(line)}`)]),
  ];
}

function doctor(diagnosis: Diagnosis, on: Paper): string[] {
  const whole = diagnosis.findings.some((f) => f.state === "no") ? "no" : diagnosis.healthy ? "yes" : "unknown";
  const sentence = {
    yes: "git enforces the gate here.",
    no: "git does not enforce the gate here.",
    unknown: "It cannot be told whether git enforces the gate here.",
  }[whole];
  const name = diagnosis.service === null ? "" : `${clean(diagnosis.service)}: `;
  const fixable = whole === "no" && !diagnosis.findings.some((f) => f.next !== undefined);
  return [
    `${mark(whole, on)} ${on.bold(name + sentence)}`,
    `  ${on.dim(`${clean(diagnosis.repo)} · hooks: ${clean(diagnosis.layout)}`)}`,
    "",
    ...findings(diagnosis, on),
    ...(fixable ? ["", next(on, `calcifer doctor ${clean(diagnosis.service ?? "")} --fix`.replace("  ", " "))] : []),
  ];
}

function findings({ findings: all }: Diagnosis, on: Paper): string[] {
  return all.flatMap(({ state, message, next: command }) => {
    const [first, ...more] = wrap(clean(message), on.width - 4);
    return [
      `  ${mark(state, on)} ${first}`,
      ...more.map((line) => `    ${line}`),
      ...(command === undefined || state === "yes" ? [] : [`    ${on.dim("→")} ${clean(command)}`]),
    ];
  });
}

export const servicePrinters: Record<string, Printer> = {
  "service.add": added,
  "service.list": list,
  "service.show": show,
  "service.edit": edited,
  "service.remove": removed,
  "service.doctor": doctor,
};
