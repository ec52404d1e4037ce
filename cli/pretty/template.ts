// Services that were found, templates, services made from them, and what a template changed since.
import type { Api } from "../../protocol/api.ts";
import type { Result } from "../../protocol/contract.ts";
import { columns, labelled, type Paper } from "../paper.ts";
import { clean } from "../text.ts";
import { done, heading, next, short, warning } from "./marks.ts";
import type { Printer } from "./printer.ts";

type Of<M extends keyof Api["service"]["methods"]> = Result<Api["service"]["methods"][M]>;

function detected({ read, by, proposals, registered, notes }: Of<"detect">, on: Paper): string[] {
  const warnings = notes.map((note) => warning(on, clean(note)));
  if (read.length === 0) return ["No compose file was found.", ...warnings];
  const rows = proposals.map((p) => [
    p.registered === null ? "new" : "registered",
    clean(p.name),
    p.kind,
    clean(p.image ?? "built here"),
    p.endpoints.map(clean).join(" "),
    p.dependsOn.map(clean).join(", "),
  ]);
  const style = (cell: string) => (cell === "new" ? on.green(cell) : on.dim(cell));
  const heads = [
    { head: "", style },
    { head: "service", style: on.bold },
    { head: "kind", spare: 2 },
    { head: "image", spare: 1 },
    { head: "worth watching", flex: true as const },
    { head: "needs" },
  ];
  const files = `${read.length} compose ${read.length === 1 ? "file" : "files"}, read by ${by === "docker" ? "docker compose" : "Calcifer"}`;
  const fresh = proposals.filter((p) => p.registered === null);
  const command =
    fresh[0] && `calcifer service detect --register ${clean(fresh[0].name)}${fresh.length > 1 ? ", or --all" : ""}`;
  return [
    heading(on, `${proposals.length} ${proposals.length === 1 ? "service" : "services"}`, files),
    ...(rows.length > 0 ? columns(on, heads, rows) : []),
    ...(warnings.length > 0 ? ["", ...warnings] : []),
    ...(registered.length > 0 ? ["", done(on, `Registered: ${registered.map(clean).join(", ")}`)] : []),
    ...(command && registered.length === 0 ? ["", next(on, command)] : []),
  ];
}

function templates({ templates: all, problems }: Of<"templates">, on: Paper): string[] {
  const lines = all.flatMap((one) => [
    heading(on, clean(one.name), `${clean(one.version)} · ${one.kind} · ${clean(one.source)}`),
    `  ${clean(one.summary)}`,
    ...labelled(
      on,
      one.variables.map((v) => [
        on.cyan(clean(v.name)),
        `${clean(v.question)}${v.choices.length > 0 ? ` ${v.choices.map(clean).join(" | ")}` : ""}${v.default === null ? "" : on.dim(` [${clean(v.default)}]`)}`,
      ]),
      4,
    ),
    "",
  ]);
  return [
    ...lines,
    ...problems.map((problem) => warning(on, clean(problem))),
    next(on, `calcifer service new ${clean(all[0]?.name ?? "<template>")} <name> --set variable=value`),
  ];
}

function made(result: Of<"new">, on: Paper): string[] {
  const { service, folder, files, variables, commit, item, next: steps } = result;
  const facts: [string, string][] = [
    ["folder", clean(folder)],
    ["files", files.map(clean).join(", ")],
    [
      "variables",
      Object.entries(variables)
        .map(([name, value]) => `${clean(name)}=${clean(value)}`)
        .join(", "),
    ],
    ...(commit === null ? [] : ([["commit", short(commit)]] as [string, string][])),
    ...(item === null ? [] : ([["item", `#${item}`]] as [string, string][])),
  ];
  const rows = labelled(
    on,
    facts.map(([label, text]) => [on.dim(label), text] as const),
  );
  if (!service) return [heading(on, "This would be written:"), ...rows, next(on, steps.map(clean).join("\n"))];
  return [
    done(on, `${clean(service.name)} is a service now, made from ${clean(service.template?.name ?? "a template")}.`),
    ...rows,
    on.dim("Next:"),
    ...steps.map((step) => `  ${clean(step)}`),
  ];
}

const signs = { added: "A", changed: "M", removed: "D", same: " " } as const;

function templateDiff({ service, template, from, to, files }: Of<"template-diff">, on: Paper): string[] {
  const told = files.filter((file) => file.state !== "same");
  const title = `${clean(service)}: ${clean(template)} ${clean(from)}${from === to ? "" : ` → ${clean(to)}`}`;
  if (told.length === 0) return [heading(on, title), "  Nothing changed in the template since."];
  const coloured = (line: string) =>
    /^\+(?!\+\+)/.test(line)
      ? on.green(line)
      : /^-(?!--)/.test(line)
        ? on.red(line)
        : line.startsWith("@@")
          ? on.cyan(line)
          : line;
  return [
    heading(on, title, `${told.length} of ${files.length} files changed`),
    ...told.flatMap(({ path, state, diff }) => [
      `  ${signs[state]}  ${on.bold(clean(path))}`,
      ...(state === "removed"
        ? []
        : diff
            .trimEnd()
            .split("\n")
            .map((line) => `     ${coloured(clean(line))}`)),
    ]),
  ];
}

export const templatePrinters: Record<string, Printer> = {
  "service.detect": detected,
  "service.templates": templates,
  "service.new": made,
  "service.template-diff": templateDiff,
};
