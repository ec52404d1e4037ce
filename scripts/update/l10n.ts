// l10n/bundle.l10n.json: every sentence the extension says at run time, for translators.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { getL10nJson } from "@vscode/l10n-dev";

const root = path.resolve(import.meta.dirname, "../..");

/** A sentence, or with a comment for the translator → the sentence. */
export async function runtimeStrings(): Promise<Awaited<ReturnType<typeof getL10nJson>>> {
  const files = globSync("extension/**/*.ts", { cwd: root, exclude: (name) => name.endsWith(".test.ts") });
  const sources = files.map((file) => ({ extension: ".ts", contents: readFileSync(path.join(root, file), "utf8") }));
  const found = await getL10nJson(sources);
  // In an order of its own, or moving code would move lines here.
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
