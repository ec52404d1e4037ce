// Python by pyproject.toml, requirements or Pipfile: how it is run, its framework, tests, linters.
import { parse } from "smol-toml";
import { Finder, type Folder, type Found } from "./found.ts";

type Table = Record<string, unknown>;

/** Stands for the interpreter; the editor puts in the one that was chosen there. */
export const python = "python3";

export function detectPython(folder: Folder): Found | undefined {
  const from = ["pyproject.toml", ...requirements(folder), "Pipfile", "setup.py", "manage.py"].find((name) =>
    folder.names.has(name),
  );
  if (from === undefined) return undefined;
  const at = new Finder(folder, from);
  const project = toml(folder.texts["pyproject.toml"]);
  const uses = dependencies(folder, project);
  const through = runner(folder.names);
  at.what(through.length > 0 ? `Python (${through[0]})` : "Python");
  at.extensions("ms-python.python", "ms-python.debugpy");
  serve(at, folder, uses, through);
  test(at, folder, uses, project, through);
  style(at, uses, project, through);
  return at.found;
}

const requirements = (folder: Folder): string[] =>
  [...folder.names].filter((name) => /^requirements[\w.-]*\.txt$/.test(name)).sort();

function toml(text: string | undefined): Table {
  if (text === undefined) return {};
  try {
    return parse(text);
  } catch {
    // Half a file is being written; the others still say something.
    return {};
  }
}

const table = (of: unknown): Table => (typeof of === "object" && of !== null ? (of as Table) : {});
const tool = (project: Table, name: string): unknown => table(project.tool)[name];

/** Names of what it depends on, as PyPI spells them: `Foo_Bar[x]>=1` is `foo-bar`. */
function dependencies(folder: Folder, project: Table): Set<string> {
  const stated = table(project.project);
  const poetry = table(tool(project, "poetry"));
  const lists = [
    stated.dependencies,
    ...Object.values(table(stated["optional-dependencies"])),
    ...Object.values(table(project["dependency-groups"])),
    table(tool(project, "uv"))["dev-dependencies"],
    ...requirements(folder).map((name) => (folder.texts[name] ?? "").split("\n")),
    (folder.texts.Pipfile ?? "").split("\n"),
  ];
  const groups = Object.values(table(poetry.group)).map((group) => table(table(group).dependencies));
  const keys = [table(poetry.dependencies), table(poetry["dev-dependencies"]), ...groups].flatMap(Object.keys);
  const lines = lists.flatMap((list) => (Array.isArray(list) ? list : []));
  const names = [...lines, ...keys].flatMap((line) =>
    typeof line === "string" ? (/^\s*"?([A-Za-z0-9][\w.-]*)/.exec(line)?.[1] ?? []) : [],
  );
  return new Set(names.map((name) => name.toLowerCase().replace(/[-_.]+/g, "-")));
}

function runner(names: ReadonlySet<string>): string[] {
  if (names.has("uv.lock")) return ["uv", "run"];
  if (names.has("poetry.lock")) return ["poetry", "run"];
  if (names.has("pdm.lock")) return ["pdm", "run"];
  return names.has("Pipfile") ? ["pipenv", "run"] : [];
}

/** A module as a program, in the project's own environment where a tool keeps one. */
const module = (through: string[], name: string, ...args: string[]): string[] =>
  through.length > 0 ? [...through, "python", "-m", name, ...args] : [python, "-m", name, ...args];

function serve(at: Finder, folder: Folder, uses: Set<string>, through: string[]): void {
  const debug = (name: string, more: Table) =>
    at.launch("debugpy", name, { cwd: at.here(), ...more, console: "integratedTerminal", justMyCode: true });
  const file = ["app/main.py", "src/main.py", "main.py", "app.py", "src/app.py"].find((name) => folder.names.has(name));
  const dotted = file?.replace(/\.py$/, "").replaceAll("/", ".");
  const background = { background: true };
  if (folder.names.has("manage.py")) {
    at.what("Django");
    at.extensions("batisteo.vscode-django");
    const line = through.length > 0 ? [...through, "python"] : [python];
    at.task("run", [...line, "manage.py", "runserver"], background);
    debug("Debug the server (Django)", { program: at.here("manage.py"), args: ["runserver"], django: true });
  } else if (uses.has("fastapi") && dotted !== undefined) {
    at.what("FastAPI");
    at.task("run", module(through, "uvicorn", `${dotted}:app`, "--reload"), background);
    debug("Debug the server (FastAPI)", { module: "uvicorn", args: [`${dotted}:app`, "--reload"] });
  } else if (uses.has("flask")) {
    at.what("Flask");
    const app = dotted ?? "app";
    at.task("run", module(through, "flask", "--app", app, "run", "--debug"), background);
    debug("Debug the server (Flask)", { module: "flask", args: ["--app", app, "run", "--no-reload"], jinja: true });
  } else if (file !== undefined) {
    const line = through.length > 0 ? [...through, "python", file] : [python, file];
    at.task("run", line);
    debug(`Debug the program (${file})`, { program: at.here(file) });
  }
}

function test(at: Finder, folder: Folder, uses: Set<string>, project: Table, through: string[]): void {
  const where = [...folder.names].filter((name) => /^tests?\/$/.test(name)).map((name) => name.slice(0, -1));
  const pytest = uses.has("pytest") || tool(project, "pytest") !== undefined || folder.names.has("pytest.ini");
  const args = folder.path === "" ? where : [folder.path];
  if (pytest) {
    at.what("pytest");
    at.task("test", module(through, "pytest"));
    at.set({ "python.testing.pytestEnabled": true, "python.testing.unittestEnabled": false });
    if (args.length > 0) at.set({ "python.testing.pytestArgs": args });
  } else if (folder.names.has("manage.py") || where.length > 0) {
    const line = through.length > 0 ? [...through, "python"] : [python];
    at.task("test", folder.names.has("manage.py") ? [...line, "manage.py", "test"] : module(through, "unittest"));
  } else return;
  at.launch(
    "debugpy",
    `Debug the tests (${pytest ? "pytest" : "unittest"})`,
    { cwd: at.here(), module: pytest ? "pytest" : "unittest", console: "integratedTerminal", justMyCode: false },
    true,
  );
}

function style(at: Finder, uses: Set<string>, project: Table, through: string[]): void {
  const has = (name: string) => uses.has(name) || tool(project, name) !== undefined;
  const formatter = (id: string) => at.set({ "[python]": { "editor.defaultFormatter": id } });
  if (has("ruff")) {
    at.extensions("charliermarsh.ruff");
    formatter("charliermarsh.ruff");
    at.task("lint", module(through, "ruff", "check", "."));
    at.task("format", module(through, "ruff", "format", "."));
  } else if (has("black")) {
    at.extensions("ms-python.black-formatter");
    formatter("ms-python.black-formatter");
    at.task("format", module(through, "black", "."));
  }
  if (has("flake8")) at.task("lint", module(through, "flake8"));
  if (!has("mypy")) return;
  at.extensions("ms-python.mypy-type-checker");
  at.task("lint", module(through, "mypy", "."));
}
