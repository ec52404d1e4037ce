// Node.js by package.json: its package manager, scripts, test frameworks, TypeScript, linters.
import { Finder, type Folder, type Found } from "./found.ts";

type Manager = "npm" | "pnpm" | "yarn" | "bun";

interface Package {
  scripts: Map<string, string>;
  /** all kinds of dependencies: version by name */
  uses: Map<string, string>;
  manager: string;
}

const lockfiles: [string, Manager][] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** What is tried for each group, best name first; a name that ends in `:` means all that begin so. */
const scripts: { group: "run" | "test" | "build" | "format" | "lint"; names: RegExp; background?: true }[] = [
  { group: "run", names: /^(dev|start|serve|watch|preview|develop)(:[\w-]+)?$/, background: true },
  { group: "test", names: /^(test|tests|unit|e2e|integration)([:-].*)?$/s },
  { group: "build", names: /^(build|compile|bundle)([:-].*)?$/s },
  { group: "format", names: /^(format|fmt|prettier)([:-].*)?$/s },
  { group: "lint", names: /^(lint|eslint|check|typecheck|types|type-check|tsc|stylelint)([:-].*)?$/s },
];
const mostScripts = 40;

const frameworks: [string, string, string?][] = [
  ["next", "Next.js"],
  ["vite", "Vite"],
  ["nuxt", "Nuxt"],
  ["@angular/core", "Angular", "Angular.ng-template"],
  ["svelte", "Svelte", "svelte.svelte-vscode"],
  ["vue", "Vue", "Vue.volar"],
  ["astro", "Astro", "astro-build.astro-vscode"],
  ["express", "Express"],
  ["fastify", "Fastify"],
  ["@nestjs/core", "NestJS"],
  ["vitest", "Vitest", "vitest.explorer"],
  ["jest", "Jest", "Orta.vscode-jest"],
  ["mocha", "Mocha"],
  ["ava", "AVA"],
  ["@playwright/test", "Playwright", "ms-playwright.playwright"],
  ["tailwindcss", "Tailwind CSS", "bradlc.vscode-tailwindcss"],
];

const languages = ["javascript", "javascriptreact", "typescript", "typescriptreact", "json", "jsonc"];

/** @param above the top's folder, whose lock file holds for the packages in it */
export function detectNode(folder: Folder, above: Folder | undefined): Found | undefined {
  const own = parse(folder.texts["package.json"]);
  if (!own) return undefined;
  const at = new Finder(folder, "package.json");
  const over = parse(above?.texts["package.json"]);
  const manager = managerOf(own, folder.names) ?? (over && managerOf(over, above?.names ?? new Set())) ?? "npm";
  at.what(`Node.js (${manager})`);
  for (const [dependency, what, extension] of frameworks) {
    if (!own.uses.has(dependency)) continue;
    at.what(what);
    if (extension) at.extensions(extension);
  }
  const offered = offerScripts(at, own, manager);
  typescript(at, own, folder, manager);
  style(at, own, folder, manager, offered);
  launches(at, own, folder, manager);
  return at.found;
}

function parse(text: string | undefined): Package | undefined {
  if (text === undefined) return undefined;
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    if (typeof json !== "object" || json === null) return undefined;
    const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    return {
      scripts: new Map(strings(json.scripts)),
      uses: new Map(kinds.flatMap((kind) => strings(json[kind]))),
      manager: typeof json.packageManager === "string" ? json.packageManager : "",
    };
  } catch {
    return undefined;
  }
}

const strings = (of: unknown): [string, string][] =>
  typeof of === "object" && of !== null
    ? Object.entries(of).filter((pair): pair is [string, string] => typeof pair[1] === "string")
    : [];

function managerOf({ manager }: Package, names: ReadonlySet<string>): Manager | undefined {
  const stated = /^(npm|pnpm|yarn|bun)@/.exec(manager)?.[1] as Manager | undefined;
  return stated ?? lockfiles.find(([file]) => names.has(file))?.[1];
}

const run = (manager: Manager, script: string): string[] => [manager, "run", script];

/** A program of a package that is installed, run without asking to install it. */
const exec = (manager: Manager, ...line: string[]): string[] =>
  ({
    npm: ["npx", "--no", "--", ...line],
    pnpm: ["pnpm", "exec", ...line],
    yarn: ["yarn", "run", ...line],
    bun: ["bunx", "--no-install", ...line],
  })[manager];

function offerScripts(at: Finder, own: Package, manager: Manager): Set<string> {
  const offered = new Set<string>();
  // A name that begins with a dash would be an option.
  const names = [...own.scripts.keys()].filter((name) => name !== "" && name.length <= 100 && !name.startsWith("-"));
  for (const { group, names: fits, background } of scripts)
    for (const name of names.filter((one) => fits.test(one)).slice(0, mostScripts)) {
      const watches = /(^|[\s:-])(--)?watch\b/.test(`${name} ${own.scripts.get(name)}`);
      at.task(group, run(manager, name), { background: background ?? watches });
      offered.add(group);
    }
  return offered;
}

function typescript(at: Finder, own: Package, folder: Folder, manager: Manager): void {
  const version = own.uses.get("typescript");
  if (!folder.names.has("tsconfig.json")) return;
  at.what("TypeScript");
  if (version === undefined) return;
  const checked = [...own.scripts.keys()].some((name) => /^(typecheck|type-check|types|tsc)/.test(name));
  if (!checked) at.task("lint", exec(manager, "tsc", "--noEmit", "-p", "."), { matchers: ["$tsc"] });
  // TypeScript 7 is no JavaScript any more: the editor's own language server cannot load it.
  if (folder.path === "" && /^[\^~]?[45]\./.test(version))
    at.set({ "typescript.tsdk": "node_modules/typescript/lib", "typescript.enablePromptUseWorkspaceTsdk": true });
}

/** The linter and the formatter, and which of them the editor formats with. */
function style(at: Finder, own: Package, folder: Folder, manager: Manager, offered: Set<string>): void {
  const lint = (...line: string[]) => offered.has("lint") || at.task("lint", exec(manager, ...line));
  const format = (...line: string[]) => offered.has("format") || at.task("format", exec(manager, ...line));
  const formatter = (id: string) =>
    at.set(Object.fromEntries(languages.map((language) => [`[${language}]`, { "editor.defaultFormatter": id }])));
  if (own.uses.has("eslint")) {
    at.extensions("dbaeumer.vscode-eslint");
    lint("eslint", ".");
  }
  if (own.uses.has("xo")) {
    at.extensions("samverschueren.linter-xo");
    lint("xo");
    format("xo", "--fix");
  }
  if (own.uses.has("@biomejs/biome")) {
    at.extensions("biomejs.biome");
    formatter("biomejs.biome");
    lint("biome", "check", ".");
    format("biome", "format", "--write", ".");
  } else if (own.uses.has("prettier")) {
    at.extensions("esbenp.prettier-vscode");
    formatter("esbenp.prettier-vscode");
    format("prettier", "--write", ".");
  }
  if (folder.names.has(".editorconfig")) at.extensions("EditorConfig.EditorConfig");
}

function launches(at: Finder, own: Package, folder: Folder, manager: Manager): void {
  const node = (name: string, more: Record<string, unknown>, test = false) =>
    at.launch(
      "node",
      name,
      { cwd: at.here(), ...more, console: "integratedTerminal", skipFiles: ["<node_internals>/**"] },
      test,
    );
  const script = ["dev", "start", "serve"].find((name) => own.scripts.has(name));
  if (own.uses.has("vite") && !own.uses.has("express") && own.scripts.has("dev"))
    at.launch("chrome", "Debug the page (Vite)", { url: "http://localhost:5173", webRoot: at.here() });
  else if (script !== undefined) {
    const opened = {
      serverReadyAction: { pattern: "- Local:.+(https?://\\S+)", uriFormat: "%s", action: "openExternally" },
    };
    const line = run(manager, script);
    const how = { runtimeExecutable: line[0], runtimeArgs: line.slice(1), ...(own.uses.has("next") && opened) };
    node(`Debug the server (${line.join(" ")})`, how);
  } else {
    const serves = ["express", "fastify", "koa", "hono"].some((name) => own.uses.has(name));
    const named = ["server.js", "app.js", "src/server.js", ...(serves ? ["index.js", "src/index.js"] : [])];
    const file = named.find((name) => folder.names.has(name));
    if (file) node(`Debug the server (${file})`, { program: at.here(file) });
  }
  const test = own.scripts.get("test");
  if (test === undefined) return;
  const line = run(manager, "test");
  const args = [...line.slice(1), ...slowly(test, manager)];
  node(`Debug the tests (${line.join(" ")})`, { runtimeExecutable: line[0], runtimeArgs: args }, true);
}

/** Tests in one process, once: breakpoints are of little use otherwise. */
function slowly(script: string, manager: Manager): string[] {
  const framework = /^(vitest|jest)\b[^&|;]*$/.exec(script)?.[1];
  const args = { vitest: ["--run", "--no-file-parallelism"], jest: ["--runInBand"] }[framework ?? ""] ?? [];
  return args.length > 0 && manager === "npm" ? ["--", ...args] : args;
}
