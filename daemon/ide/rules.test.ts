import assert from "node:assert/strict";
import { type Folder, isPlain, variable } from "./found.ts";
import { detect, rootsOf } from "./rules.ts";
import { vscodeFiles } from "./templates.ts";

const folder = (files: Record<string, string>, path = ""): Folder => ({
  path,
  names: new Set(Object.keys(files)),
  texts: files,
});
const json = (value: object) => JSON.stringify(value);
const of = (files: Record<string, string>) => {
  const top = folder(files);
  return detect([top], top);
};

interface Case {
  name: string;
  files: Record<string, string>;
  detected: string[];
  tasks: string[];
  launches: string[];
  extensions?: string[];
  settings?: Record<string, unknown>;
}

const cases: Case[] = [
  {
    name: "npm scripts",
    files: {
      "package.json": json({
        scripts: { dev: "x", test: "vitest", build: "x", "lint:fix": "x", fmt: "x", prepare: "x", pretest: "x" },
        devDependencies: { vitest: "1" },
      }),
    },
    detected: ["Node.js (npm)", "Vitest"],
    tasks: ["npm run dev", "npm run test", "npm run build", "npm run fmt", "npm run lint:fix"],
    launches: ["Debug the server (npm run dev)", "Debug the tests (npm run test)"],
    extensions: ["vitest.explorer"],
  },
  ...(
    [
      ["pnpm-lock.yaml", "pnpm"],
      ["yarn.lock", "yarn"],
      ["bun.lock", "bun"],
      ["package-lock.json", "npm"],
    ] as const
  ).map(([lock, manager]) => ({
    name: `${manager} by its lock file`,
    files: { "package.json": json({ scripts: { test: "x" } }), [lock]: "" },
    detected: [`Node.js (${manager})`],
    tasks: [`${manager} run test`],
    launches: [`Debug the tests (${manager} run test)`],
  })),
  {
    name: "the package manager that is stated, before lock files",
    files: { "package.json": json({ packageManager: "pnpm@9.1.0", scripts: { build: "x" } }), "yarn.lock": "" },
    detected: ["Node.js (pnpm)"],
    tasks: ["pnpm run build"],
    launches: [],
  },
  {
    name: "TypeScript 5, Next.js and Prettier",
    files: {
      "package.json": json({
        scripts: { dev: "next dev" },
        dependencies: { next: "15" },
        devDependencies: { typescript: "^5.4.0", prettier: "3" },
      }),
      "tsconfig.json": "",
    },
    detected: ["Node.js (npm)", "Next.js", "TypeScript"],
    tasks: ["npm run dev", "npx tsc --noEmit -p .", "npx prettier --write ."],
    launches: ["Debug the server (npm run dev)"],
    extensions: ["esbenp.prettier-vscode"],
    settings: { "typescript.tsdk": "node_modules/typescript/lib" },
  },
  {
    name: "Vite, TypeScript 7, Biome",
    files: {
      "package.json": json({
        scripts: { dev: "vite", lint: "biome check" },
        devDependencies: { vite: "7", typescript: "7.0.2", "@biomejs/biome": "2" },
      }),
      "tsconfig.json": "",
    },
    detected: ["Node.js (npm)", "Vite", "TypeScript"],
    tasks: ["npm run dev", "npm run lint", "npx tsc --noEmit -p .", "npx biome format --write ."],
    launches: ["Debug the page (Vite)"],
    settings: { "typescript.tsdk": undefined, "[json]": { "editor.defaultFormatter": "biomejs.biome" } },
  },
  {
    name: "FastAPI with uv, pytest, ruff, mypy",
    files: {
      "pyproject.toml":
        '[project]\nname="x"\ndependencies=["FastAPI[all]>=0.1"]\n[dependency-groups]\ndev=["pytest","mypy"]\n[tool.ruff]\nline-length=100\n',
      "uv.lock": "",
      "app/main.py": "",
      "tests/": "",
    },
    detected: ["Python (uv)", "FastAPI", "pytest"],
    tasks: [
      "uv run python -m uvicorn app.main:app --reload",
      "uv run python -m pytest",
      "uv run python -m ruff check .",
      "uv run python -m ruff format .",
      "uv run python -m mypy .",
    ],
    launches: ["Debug the server (FastAPI)", "Debug the tests (pytest)"],
    extensions: ["ms-python.python", "ms-python.debugpy", "charliermarsh.ruff", "ms-python.mypy-type-checker"],
    settings: { "python.testing.pytestEnabled": true, "python.testing.pytestArgs": ["tests"] },
  },
  {
    name: "Django by requirements",
    files: { "requirements.txt": "Django==5\nblack\n", "manage.py": "" },
    detected: ["Python", "Django"],
    tasks: ["python3 manage.py runserver", "python3 manage.py test", "python3 -m black ."],
    launches: ["Debug the server (Django)", "Debug the tests (unittest)"],
  },
  {
    name: "Flask with poetry",
    files: { "pyproject.toml": '[tool.poetry.dependencies]\nflask = "*"\n', "poetry.lock": "", "app.py": "" },
    detected: ["Python (poetry)", "Flask"],
    tasks: ["poetry run python -m flask --app app run --debug"],
    launches: ["Debug the server (Flask)"],
  },
  {
    name: "Go",
    files: { "go.mod": "module x", "main.go": "", "cmd/web/": "", ".golangci.yml": "" },
    detected: ["Go"],
    tasks: [
      "go run .",
      "go run ./cmd/web",
      "go test ./...",
      "go build ./...",
      "go fmt ./...",
      "go vet ./...",
      "golangci-lint run",
    ],
    launches: ["Debug the program (.)", "Debug the program (./cmd/web)", "Debug the tests of this package"],
    extensions: ["golang.go"],
  },
  {
    name: "Rust",
    files: { "Cargo.toml": '[package]\nname = "web"\n', "src/main.rs": "" },
    detected: ["Rust"],
    tasks: ["cargo run", "cargo test", "cargo build", "cargo fmt", "cargo clippy --all-targets"],
    launches: ["Debug the program (web)", "Debug the tests (cargo test)"],
  },
  {
    name: "a Rust library, and a name that is none",
    files: { "Cargo.toml": '[package]\nname = "a b"\n', "src/lib.rs": "", "src/main.rs": "" },
    detected: ["Rust"],
    tasks: ["cargo test", "cargo build", "cargo fmt", "cargo clippy --all-targets"],
    launches: ["Debug the tests (cargo test)"],
  },
  {
    name: "Express without scripts, ESLint, xo's format, yarn",
    files: {
      "package.json": json({ dependencies: { express: "5" }, devDependencies: { eslint: "9", xo: "1" } }),
      "yarn.lock": "",
      "index.js": "",
      ".editorconfig": "",
    },
    detected: ["Node.js (yarn)", "Express"],
    tasks: ["yarn run eslint .", "yarn run xo", "yarn run xo --fix"],
    launches: ["Debug the server (index.js)"],
    extensions: ["dbaeumer.vscode-eslint", "samverschueren.linter-xo", "EditorConfig.EditorConfig"],
  },
  {
    name: "a Python program of its own, with unittest and flake8",
    files: { Pipfile: '[packages]\nflake8 = "*"\n', "main.py": "", "test/": "" },
    detected: ["Python (pipenv)"],
    tasks: ["pipenv run python main.py", "pipenv run python -m unittest", "pipenv run python -m flake8"],
    launches: ["Debug the program (main.py)", "Debug the tests (unittest)"],
  },
  {
    name: "Gradle with Spring Boot and a wrapper",
    files: { "build.gradle": "id 'org.springframework.boot'\nid 'checkstyle'", gradlew: "" },
    detected: ["Java (Gradle)", "Spring Boot"],
    tasks: ["./gradlew bootRun", "./gradlew test", "./gradlew build", "./gradlew checkstyleMain"],
    launches: ["Debug this file", "Attach to the tests (gradle test --debug-jvm)"],
  },
  {
    name: "Ruby without Rails",
    files: { Gemfile: "gem 'minitest'\n", Rakefile: "", "config.ru": "" },
    detected: ["Ruby"],
    tasks: ["bundle exec rackup", "bundle exec rake test"],
    launches: [],
  },
  {
    name: "Rails with its own tests",
    files: { Gemfile: "gem 'rails'\n" },
    detected: ["Ruby", "Ruby on Rails"],
    tasks: ["bundle exec rails server", "bundle exec rails test"],
    launches: ["Debug the server (Rails)", "Debug the tests (Rails)"],
  },
  {
    name: "a broken composer.json",
    files: { "composer.json": "{" },
    detected: ["PHP"],
    tasks: [],
    launches: [],
  },
  {
    name: "Laravel",
    files: {
      "composer.json": json({
        require: { "laravel/framework": "^12" },
        "require-dev": { "phpunit/phpunit": "*", "laravel/pint": "*" },
      }),
    },
    detected: ["PHP", "Laravel"],
    tasks: ["php artisan serve", "php artisan test", "php vendor/bin/pint", "php vendor/bin/pint --test"],
    launches: ["Debug the server (artisan serve)", "Debug the tests (vendor/bin/phpunit)"],
  },
  {
    name: "PHP with PHPUnit and PHPStan",
    files: {
      "composer.json": json({ "require-dev": { "phpunit/phpunit": "*", "phpstan/phpstan": "*" } }),
      "public/": "",
    },
    detected: ["PHP"],
    tasks: ["php -S 127.0.0.1:8000 -t public", "php vendor/bin/phpunit", "php vendor/bin/phpstan analyse"],
    launches: ["Listen for Xdebug", "Debug the tests (vendor/bin/phpunit)"],
  },
  {
    name: "Rails with RSpec and RuboCop",
    files: { Gemfile: 'gem "rails", "~> 8"\ngem "rspec-rails"\n  gem "rubocop"\n# gem "sinatra"\n' },
    detected: ["Ruby", "Ruby on Rails"],
    tasks: ["bundle exec rails server", "bundle exec rspec", "bundle exec rubocop", "bundle exec rubocop --fix-layout"],
    launches: ["Debug the server (Rails)", "Debug the tests (RSpec)"],
  },
  {
    name: ".NET, a web project and its tests under a solution",
    files: {
      "x.sln": "",
      "Web.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
      "Tests.csproj": '<PackageReference Include="Microsoft.NET.Test.Sdk"/>',
    },
    detected: [".NET"],
    tasks: [
      "dotnet build x.sln",
      "dotnet format x.sln",
      "dotnet format x.sln --verify-no-changes",
      "dotnet test x.sln",
      "dotnet run --project Web.csproj",
    ],
    launches: ["Debug the tests (Tests.csproj)", "Debug the program (Web.csproj)"],
  },
  {
    name: "Maven with Spring Boot",
    files: { "pom.xml": "<artifactId>spring-boot-starter-web</artifactId>", mvnw: "" },
    detected: ["Java (Maven)", "Spring Boot"],
    tasks: ["./mvnw spring-boot:run", "./mvnw test", "./mvnw package"],
    launches: ["Debug this file", "Attach to the tests (mvn -Dmaven.surefire.debug test)"],
  },
  {
    name: "Gradle, Kotlin, an application",
    files: { "build.gradle.kts": 'plugins {\n  application\n  id("com.diffplug.spotless")\n}' },
    detected: ["Java (Gradle)"],
    tasks: ["gradle run", "gradle test", "gradle build", "gradle spotlessApply"],
    launches: ["Debug this file", "Attach to the tests (gradle test --debug-jvm)"],
  },
  ...["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"].map((name) => ({
    name,
    files: { [name]: "anything: [", Dockerfile: "" },
    detected: ["Docker Compose", "Dockerfile"],
    tasks: ["docker compose up --build", "docker build --file Dockerfile ."],
    launches: [],
    extensions: ["ms-azuretools.vscode-containers", "redhat.vscode-yaml"],
  })),
  {
    name: "make",
    files: { Makefile: ".PHONY: test\nall build: x\nlint:: y\nVERSION := test\ntest_unit:\n\tdev: no\nclean:\n" },
    detected: ["make"],
    tasks: ["make all", "make build", "make lint", "make test_unit"],
    launches: [],
  },
  { name: "nothing it knows", files: { "README.md": "" }, detected: [], tasks: [], launches: [] },
  { name: "a broken package.json", files: { "package.json": "{" }, detected: [], tasks: [], launches: [] },
  { name: "a package.json that is null", files: { "package.json": "null" }, detected: [], tasks: [], launches: [] },
];

describe("ide: what a repository is", () => {
  for (const { name, files, detected, tasks, launches, extensions, settings } of cases) {
    it(name, () => {
      const found = of(files);
      assert.deepEqual(
        {
          detected: found.detected.map(({ what }) => what),
          tasks: found.tasks.map(({ label }) => label),
          launches: found.launches.map((launch) => launch.name),
        },
        { detected, tasks, launches },
      );
      if (extensions) assert.deepEqual(found.extensions, extensions);
      for (const [key, value] of Object.entries(settings ?? {})) assert.deepEqual(found.settings[key], value, key);
    });
  }

  it("a broken pyproject.toml leaves what other files say", () => {
    const found = of({ "pyproject.toml": "[tool.", "requirements.txt": "pytest" });
    assert.deepEqual(
      found.tasks.map(({ label }) => label),
      ["python3 -m pytest"],
    );
  });

  it("folders have their own tasks, with the top's package manager", () => {
    const top = folder({ "package.json": json({ workspaces: ["web"] }), "pnpm-lock.yaml": "" });
    const web = folder({ "package.json": json({ scripts: { test: "jest" } }) }, "web");
    const found = detect([top, web], top);
    assert.deepEqual(
      found.tasks.map(({ label, cwd, command, from }) => ({ label, cwd, command, from })),
      [{ label: "pnpm run test (web)", cwd: "web", command: "pnpm", from: "web/package.json" }],
    );
    assert.deepEqual(found.launches[0]?.configuration, {
      type: "node",
      name: "Debug the tests (pnpm run test) (web)",
      request: "launch",
      cwd: `${variable("workspaceFolder")}/web`,
      runtimeExecutable: "pnpm",
      runtimeArgs: ["run", "test", "--runInBand"],
      console: "integratedTerminal",
      skipFiles: ["<node_internals>/**"],
    });
  });

  it("of two folders the first one's settings count, those of a language together", () => {
    const python = (tool: string, name: string) =>
      folder({ "pyproject.toml": `[tool.${tool}]\n[tool.pytest]\n`, "tests/": "" }, name);
    const go = folder({ "go.mod": "module x" }, "c");
    const { settings } = detect([python("ruff", "a"), python("black", "b"), go], undefined);
    assert.deepEqual(settings["[python]"], { "editor.defaultFormatter": "charliermarsh.ruff" });
    assert.deepEqual(settings["python.testing.pytestArgs"], ["a"]);
    assert.deepEqual(settings["[go]"], { "editor.formatOnSave": true });
  });

  it("tests are debugged in one process", () => {
    const args = (manager: string, test: string) =>
      of({ "package.json": json({ packageManager: `${manager}@1`, scripts: { test } }) }).launches[0]?.configuration
        .runtimeArgs;
    assert.deepEqual(args("npm", "vitest"), ["run", "test", "--", "--run", "--no-file-parallelism"]);
    assert.deepEqual(args("yarn", "jest --ci"), ["run", "test", "--runInBand"]);
    assert.deepEqual(args("npm", "jest && echo"), ["run", "test"]);
  });

  describe("hostile names", () => {
    const scripts = {
      "test:$(touch x)": "a",
      'test:"; rm -rf': "b",
      "test:\n\u001b[31mred\u202e": "c",
      "test:${command:workbench.action.terminal.new}": "d",
      "-test": "e",
      "test:&calc": "f",
      __proto__x: "g",
    };
    const found = of({ "package.json": json({ scripts: { ...scripts, test: "a" } }) });

    it("are one argument each, whatever is in them", () => {
      assert.deepEqual(
        found.tasks.map(({ command, args }) => [command, ...args]),
        ["test:$(touch x)", 'test:"; rm -rf', "test:\n\u001b[31mred\u202e", "test:&calc", "test"].map((name) => [
          "npm",
          "run",
          name,
        ]),
      );
    });

    it("are no variable of VS Code's, in tasks and folders", () => {
      assert.doesNotMatch(JSON.stringify(vscodeFiles(found)), /\$\{command:workbench/);
      for (const name of [variable("command:x"), "a\nb", "../up", "/etc", "-x", "C:\\x", "a/../b"])
        assert.equal(isPlain(name), false, name);
      assert.ok(isPlain("web-1.2 (old)"));
    });

    it("show nothing in a label that a terminal would obey", () => {
      for (const { label } of found.tasks) assert.match(label, /^[ -~]+$/);
    });

    it("never come to a batch file of Windows", () => {
      const [, , tasks] = vscodeFiles(found);
      const onWindows = tasks?.pieces.filter(({ value }) => (value as { windows?: object }).windows);
      assert.deepEqual(
        onWindows?.map(({ id }) => id),
        ["npm run test"],
      );
    });
  });

  const globs: [string[], string[]][] = [
    [[], [""]],
    [["services/web/**"], ["services/web"]],
    [
      ["./web/**", "!web/docs/**", "lib/*.ts"],
      ["lib", "web"],
    ],
    [["**/*.ts"], [""]],
    [["web/"], ["web"]],
  ];
  for (const [paths, roots] of globs)
    it(`looks into ${roots.join(", ") || "the top"} for ${paths.join(" ") || "no paths"}`, () =>
      assert.deepEqual(rootsOf(paths), roots));
});
