// Services and what the doctor found.
import type { Diagnosis, Service } from "../../protocol/service.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { ago, clean, wrap } from "../text.ts";
import { done, heading, mark, next } from "./marks.ts";
import type { Printer } from "./printer.ts";

type Hooks = Service["hooks"];

const hookState = (hooks: Hooks) => (hooks === "in force" ? "yes" : hooks === "not in force" ? "no" : "unknown");

function list({ services }: { services: Service[] }, on: Paper): string[] {
  if (services.length === 0)
    return ["There are no services yet.", next(on, "calcifer service add <path of a git repository>")];
  const rows = services.map((s) => [clean(s.name), clean(s.trunk), s.hooks, String(s.items), clean(s.repo)]);
  const style = (cell: string) =>
    cell === "in force" ? on.green(cell) : cell === "not in force" ? on.red(cell) : on.yellow(cell);
  const lines = columns(
    on,
    [
      { head: "service", style: on.bold },
      { head: "trunk" },
      { head: "hooks", style },
      { head: "open items", right: true },
      { head: "repository", style: on.dim },
    ],
    rows,
  );
  const ill = services.find((s) => s.hooks !== "in force");
  return ill ? [...lines, "", next(on, `calcifer doctor ${clean(ill.name)}`)] : lines;
}

function show(service: Service, on: Paper): string[] {
  const facts: [string, string][] = [
    ["repository", clean(service.repo)],
    ["trunk", clean(service.trunk)],
    ["changes", clean(service.changes)],
    ["documents", clean(service.docs)],
    ["hooks", `${mark(hookState(service.hooks), on)} ${service.hooks}`],
    ["open items", String(service.items)],
    ["added", ago(service.added, on.now)],
  ];
  return [
    heading(on, clean(service.name)),
    ...labelled(
      on,
      facts.map(([label, text]) => [on.dim(label), text] as const),
    ),
    ...(service.hooks === "in force" ? [] : [next(on, `calcifer doctor ${clean(service.name)}`)]),
  ];
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
