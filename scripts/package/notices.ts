// The licences of what is bundled: most of them ask to be passed on with every copy.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { bundledPackageFiles } from "../build.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Its binary is in a package, though not in a bundle of dist/. */
const besides = ["node_modules/better-sqlite3"];
const withName = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** @throws when a package says nothing of its licence */
export function notices(): string {
  const bundled = bundledPackageFiles().flatMap((file) => withName.exec(file)?.[0] ?? []);
  const folders = [...new Set([...bundled, ...besides])].sort();
  return `Calcifer contains these packages.\n\n${folders.map(notice).join("\n")}`;
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  const texts = globSync("{LICEN[CS]E,Licen[cs]e,licen[cs]e,NOTICE}*", { cwd: path.join(root, folder) }).sort();
  if (!license && texts.length === 0) throw new Error(`${folder} has no licence that could be passed on.`);
  const words = texts.map((file) => readFileSync(path.join(root, folder, file), "utf8").trim());
  return [`${"-".repeat(80)}\n${name} ${version} (${license})`, ...words, ""].join("\n\n");
}
