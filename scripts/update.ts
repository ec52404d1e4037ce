// `npm run update`: rewrites everything that is derived from something else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { policySchema } from "../gate/policy.ts";
import { withContributions, withStrings } from "./update/contributes.ts";
import { runtimeStrings } from "./update/l10n.ts";
import { openrpc } from "./update/openrpc.ts";
import { protocolPage } from "./update/protocol.ts";
import { commandReference } from "./update/reference.ts";
import { commandTable } from "./update/table.ts";

const root = path.dirname(import.meta.dirname);

/** Every derived file: path from the root → content. */
export async function derived(): Promise<Record<string, string>> {
  const { version } = readJson<{ version: string }>("package.json");
  const document = openrpc(version);
  return {
    "protocol/generated.ts": generated(version, contractHash(document)),
    "cli/commands.gen.ts": formatted("cli/commands.gen.ts", tableSource()),
    "docs/openrpc.json": `${JSON.stringify(document, null, 2)}\n`,
    "docs/cli.md": commandReference(),
    "docs/protocol.md": protocolPage(document),
    "docs/calcifer.schema.json": `${JSON.stringify(policySchema(), null, 2)}\n`,
    "l10n/bundle.l10n.json": `${JSON.stringify(await runtimeStrings(), null, 2)}\n`,
    "package.json": `${JSON.stringify(withContributions(readJson("package.json")), null, 2)}\n`,
    "package.nls.json": `${JSON.stringify(withStrings(readJson("package.nls.json")), null, 2)}\n`,
  };
}

/** What two programs must agree on; the product's version is no part of it. */
function contractHash(document: ReturnType<typeof openrpc>): string {
  const { info: _, ...contract } = document;
  return createHash("sha256").update(JSON.stringify(contract)).digest("hex").slice(0, 16);
}

const generated = (version: string, hash: string): string => `// Derived by \`npm run update\`: who we are on the wire.
export const version = ${JSON.stringify(version)};
/** Of the OpenRPC document without the version; equal on both sides of a connection, or somebody is older. */
export const contractHash = ${JSON.stringify(hash)};
`;

function tableSource(): string {
  const { commands, rooms, hidden } = commandTable();
  return `// Derived from protocol/ by \`npm run update\`: the command line as plain data.
import type { Command, RoomSummary } from "./table.ts";

export const rooms: readonly RoomSummary[] = ${JSON.stringify(rooms)};

export const commands: readonly Command[] = ${JSON.stringify(commands)};

/** Methods without a command; \`calcifer rpc\` reaches them. */
export const hidden: readonly string[] = ${JSON.stringify(hidden)};
`;
}

/** As Biome writes it, so that \`biome check\` finds nothing to do in derived files. */
function formatted(file: string, source: string): string {
  const biome = path.join(root, "node_modules/.bin/biome");
  const run = spawnSync(biome, ["format", `--stdin-file-path=${file}`], { cwd: root, input: source, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`biome could not format ${file}: ${run.stderr}`);
  return run.stdout;
}

async function write(): Promise<void> {
  for (const [file, content] of Object.entries(await derived())) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    if (read(target) === content) continue;
    writeFileSync(target, content);
    console.log(`rewrote ${file}`);
  }
}

function readJson<T extends Record<string, unknown>>(file: string): T {
  return JSON.parse(read(path.join(root, file)) ?? "{}") as T;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) await write();
