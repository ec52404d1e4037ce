// Templates: the door of this folder. From a template and values to the files of a service.
import { runInNewContext } from "node:vm";
import { Fault } from "../../protocol/errors.ts";
import { filled, holds, pathIn, type Values, valuesOf } from "./rules.ts";
import type { Loaded } from "./source.ts";

export { diffRendered } from "./diff.ts";
export { type Loaded, listTemplates, openTemplate } from "./source.ts";

export interface Rendered {
  /** path → contents */
  files: Map<string, Buffer>;
  /** the target that a health check watches */
  health: string | undefined;
  /** commands that bring it to life */
  next: string[];
}

/**
 * The values of a template's variables, what was set among them.
 * @throws Fault invalid, with every reason
 */
export function chooseValues({ manifest }: Loaded, set: readonly string[], own: Values): Values {
  const { values, problems } = valuesOf(manifest.variables, set, matches);
  if (problems.length === 0) return { ...own, ...values };
  throw new Fault("invalid", `set: ${problems[0]}`, {
    reasons: problems.map((message) => ({ check: "variable", message })),
    hint: "What a template asks: calcifer service templates",
  });
}

/** The template's expression is not ours: it gets a moment, and no more. */
function matches(pattern: string, value: string): boolean {
  try {
    return (
      runInNewContext("new RegExp(p, 'u').test(v)", { p: `^(?:${pattern})$`, v: value }, { timeout: 100 }) === true
    );
  } catch {
    return false;
  }
}

/** @throws Fault refused, when the template names a variable it has not, or a path that leads elsewhere */
export function render({ manifest, files }: Loaded, values: Values): Rendered {
  const unknown = new Set<string>();
  const fill = (text: string) => filled(text, values, (name) => unknown.add(name));
  const made = new Map<string, Buffer>();
  for (const [written, contents] of files) {
    if (!holds(manifest.files.find((one) => one.path === written)?.when, values)) continue;
    const path = pathIn(fill(written));
    if (path === undefined || made.has(path)) throw wrong(manifest.name, `${written} is no path for a file of its own`);
    made.set(path, contents.includes(0) ? contents : Buffer.from(fill(contents.toString("utf8"))));
  }
  const rendered = { files: made, health: manifest.health && fill(manifest.health), next: manifest.next.map(fill) };
  const [first] = unknown;
  if (first !== undefined) throw wrong(manifest.name, `it asks for {{${first}}}, and has no such variable`);
  return rendered;
}

const wrong = (name: string, why: string): Fault =>
  new Fault("refused", `The template ${name} cannot be used: ${why}.`, { hint: "Nothing was written." });
