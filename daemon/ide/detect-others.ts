// PHP, Ruby, containers and make.
import { Finder, type Folder, type Found } from "./found.ts";

export function detectPhp(folder: Folder): Found | undefined {
  const text = folder.texts["composer.json"];
  if (text === undefined) return undefined;
  const at = new Finder(folder, "composer.json");
  const uses = composerUses(text);
  at.what("PHP");
  at.extensions("bmewburn.vscode-intelephense-client", "xdebug.php-debug");
  const laravel = uses.has("laravel/framework");
  const tests = ["phpunit/phpunit", "pestphp/pest"].find((name) => uses.has(name));
  const runner = tests === "pestphp/pest" ? "vendor/bin/pest" : "vendor/bin/phpunit";
  const xdebug = {
    port: 9003,
    cwd: at.here(),
    env: { XDEBUG_MODE: "debug,develop", XDEBUG_CONFIG: "client_port=9003" },
  };
  const started = { ...xdebug, runtimeArgs: ["-dxdebug.start_with_request=yes"] };
  if (laravel) {
    at.what("Laravel");
    at.extensions("laravel.vscode-laravel");
    at.task("run", ["php", "artisan", "serve"], { background: true });
    at.task("test", ["php", "artisan", "test"]);
    at.launch("php", "Debug the server (artisan serve)", { ...started, program: at.here("artisan"), args: ["serve"] });
  } else if (folder.names.has("public/")) {
    at.task("run", ["php", "-S", "127.0.0.1:8000", "-t", "public"], { background: true });
    at.launch("php", "Listen for Xdebug", { port: 9003 });
  }
  if (tests !== undefined) {
    if (!laravel) at.task("test", ["php", runner]);
    at.launch("php", `Debug the tests (${runner})`, { ...started, program: at.here(runner) }, true);
  }
  if (uses.has("laravel/pint")) {
    at.task("format", ["php", "vendor/bin/pint"]);
    at.task("lint", ["php", "vendor/bin/pint", "--test"]);
  } else if (uses.has("friendsofphp/php-cs-fixer")) at.task("format", ["php", "vendor/bin/php-cs-fixer", "fix"]);
  if (uses.has("phpstan/phpstan") || uses.has("larastan/larastan"))
    at.task("lint", ["php", "vendor/bin/phpstan", "analyse"]);
  return at.found;
}

function composerUses(text: string): Set<string> {
  try {
    const json = JSON.parse(text) as { require?: object; "require-dev"?: object } | null;
    return new Set(Object.keys({ ...json?.require, ...json?.["require-dev"] }));
  } catch {
    return new Set();
  }
}

export function detectRuby(folder: Folder): Found | undefined {
  const text = folder.texts.Gemfile;
  if (text === undefined) return undefined;
  const at = new Finder(folder, "Gemfile");
  const uses = (gem: string) => new RegExp(`^\\s*gem\\s*\\(?\\s*["']${gem}["']`, "m").test(text);
  const bundle = (...line: string[]) => ["bundle", "exec", ...line];
  const debug = (name: string, script: string, args: string[], test = false) =>
    at.launch(
      "rdbg",
      name,
      { cwd: at.here(), useBundler: true, command: script, script: args[0], args: args.slice(1) },
      test,
    );
  at.what("Ruby");
  at.extensions("Shopify.ruby-lsp", "KoichiSasada.vscode-rdbg");
  if (uses("rails")) {
    at.what("Ruby on Rails");
    at.task("run", bundle("rails", "server"), { background: true });
    debug("Debug the server (Rails)", "ruby", [at.here("bin/rails"), "server"]);
  } else if (folder.names.has("config.ru")) at.task("run", bundle("rackup"), { background: true });
  if (uses("rspec") || uses("rspec-rails")) {
    at.task("test", bundle("rspec"));
    debug("Debug the tests (RSpec)", "rspec", [at.here("spec")], true);
  } else if (uses("rails")) {
    at.task("test", bundle("rails", "test"));
    debug("Debug the tests (Rails)", "ruby", [at.here("bin/rails"), "test"], true);
  } else if (folder.names.has("Rakefile")) at.task("test", bundle("rake", "test"));
  if (uses("rubocop") || uses("rubocop-rails-omakase")) {
    at.task("lint", bundle("rubocop"));
    at.task("format", bundle("rubocop", "--fix-layout"));
  }
  return at.found;
}

const composeFiles = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

export function detectContainers(folder: Folder): Found | undefined {
  const compose = composeFiles.find((name) => folder.names.has(name));
  const dockerfile = ["Dockerfile", "Containerfile"].find((name) => folder.names.has(name));
  const from = compose ?? dockerfile;
  if (from === undefined) return undefined;
  const at = new Finder(folder, from);
  at.extensions("ms-azuretools.vscode-containers");
  if (compose !== undefined) {
    at.what("Docker Compose");
    at.extensions("redhat.vscode-yaml");
    at.task("run", ["docker", "compose", "up", "--build"], { background: true });
  }
  if (dockerfile === undefined) return at.found;
  const image = new Finder(folder, dockerfile);
  image.what(dockerfile);
  image.task("build", ["docker", "build", "--file", dockerfile, "."]);
  return {
    ...at.found,
    detected: [...at.found.detected, ...image.found.detected],
    tasks: [...at.found.tasks, ...image.found.tasks],
  };
}

const targets: [RegExp, "run" | "test" | "build" | "format" | "lint"][] = [
  [/^(run|dev|start|serve|up)$/, "run"],
  [/^(test|tests|check|unit|e2e|integration)([-_].*)?$/, "test"],
  [/^(all|build|compile)$/, "build"],
  [/^(fmt|format)$/, "format"],
  [/^(lint|vet|typecheck)$/, "lint"],
];

export function detectMake(folder: Folder): Found | undefined {
  const from = ["GNUmakefile", "makefile", "Makefile"].find((name) => folder.texts[name] !== undefined);
  if (from === undefined) return undefined;
  const at = new Finder(folder, from);
  at.what("make");
  at.extensions("ms-vscode.makefile-tools");
  const names = new Set<string>();
  for (const line of (folder.texts[from] ?? "").split(/\r?\n/)) {
    // Targets of one rule, without `name := value`.
    const rule = /^([A-Za-z0-9][\w. -]*?)\s*::?(?!=)/.exec(line)?.[1];
    for (const name of rule?.split(/\s+/) ?? []) names.add(name);
  }
  for (const name of names) {
    const group = targets.find(([fits]) => fits.test(name))?.[1];
    if (group) at.task(group, ["make", name], { background: /^(dev|start|serve|up)$/.test(name) });
  }
  return at.found;
}
