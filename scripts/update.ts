// `npm run update`: rewrites everything that is derived from something else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { policySchema } from "../gate/policy.ts";
import { openrpc } from "./update/openrpc.ts";
import { protocolPage } from "./update/protocol.ts";
import { commandReference } from "./update/reference.ts";
import { commandTable } from "./update/table.ts";

const root = path.dirname(import.meta.dirname);

/** Every derived file: path from the root → content. */
export function derived(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  const document = openrpc(version);
  return {
    "protocol/generated.ts": generated(version, contractHash(document)),
    "cli/commands.gen.ts": formatted("cli/commands.gen.ts", tableSource()),
    "docs/openrpc.json": `${JSON.stringify(document, null, 2)}\n`,
    "docs/cli.md": commandReference(),
    "docs/protocol.md": protocolPage(document),
    "docs/calcifer.schema.json": `${JSON.stringify(policySchema(), null, 2)}\n`,
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

function write(): void {
  for (const [file, content] of Object.entries(derived())) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    if (read(target) === content) continue;
    writeFileSync(target, content);
    console.log(`rewrote ${file}`);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) write();
