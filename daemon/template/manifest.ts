// Reads `template.yaml`: what a template says of itself.
import { parseDocument } from "yaml";
import * as z from "zod";
import { kinds } from "../../protocol/service.ts";
import { given, variableName } from "./rules.ts";

export const manifestFile = "template.yaml";

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, "must be one line");
const value = z
  .union([z.string().max(2000), z.number(), z.boolean()])
  .transform((v) => (v === true ? "yes" : v === false ? "no" : String(v)));

const variable = z
  .strictObject({
    name: z
      .string()
      .regex(variableName, "must be lower-case letters, digits and dashes")
      .refine((name) => !given.some((own) => own === name), "is given to every template"),
    question: text(200),
    type: z.enum(["text", "number", "yes or no", "choice"]).default("text"),
    default: value.nullable().default(null),
    choices: z.array(value).max(50).default([]),
    pattern: z.string().max(200).nullable().default(null).refine(isPattern, "is no regular expression"),
  })
  .refine(
    ({ type, choices }) => (type === "choice") === choices.length > 0,
    "only a choice has choices, and it has some",
  );

const manifest = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be lower-case letters, digits and dashes"),
  title: text(100),
  summary: text(300),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "must be like 1.0.0"),
  kind: z.enum(kinds),
  variables: z.array(variable).max(50).default([]),
  files: z
    .array(
      z.strictObject({ path: text(400), when: z.string().regex(/^[a-z][a-z0-9-]*=.+$/, "must be variable=value") }),
    )
    .max(200)
    .default([])
    .describe("files that are made only sometimes"),
  health: text(500)
    .optional()
    .describe("what `calcifer health add <name>` is given: the target, and where the version is read"),
  next: z.array(text(500)).max(10).default([]).describe("commands that bring it to life"),
});
export type Manifest = z.output<typeof manifest>;

/** @throws Error with a sentence, naming the place where there is one */
export function readManifest(written: string): Manifest {
  if (written.length > 64 * 1024) throw new Error(`${manifestFile} is larger than 64 KiB.`);
  const document = parseDocument(written, { logLevel: "silent" });
  const [wrong] = document.errors;
  if (wrong) throw new Error(`${manifestFile} is no YAML: ${wrong.message.split("\n")[0]}`);
  const read = manifest.safeParse(document.toJS({ maxAliasCount: 10 }));
  if (!read.success) {
    const { path = [], message = "" } = read.error.issues[0] ?? {};
    throw new Error(
      `${manifestFile}: ${[path.map(String).join("."), message].filter((part) => part !== "").join(" ")}.`,
    );
  }
  const names = read.data.variables.map(({ name }) => name);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw new Error(`${manifestFile}: there are two variables ${twice}.`);
  return read.data;
}

function isPattern(pattern: string | null): boolean {
  try {
    return pattern === null || new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
