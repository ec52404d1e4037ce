// Go, Rust, .NET and Java by their build files.
import { parse } from "smol-toml";
import { Finder, type Folder, type Found, isPlain, variable } from "./found.ts";

export function detectGo(folder: Folder): Found | undefined {
  if (!folder.names.has("go.mod")) return undefined;
  const at = new Finder(folder, "go.mod");
  at.what("Go");
  at.extensions("golang.go");
  at.set({ "[go]": { "editor.formatOnSave": true } });
  const commands = [...folder.names]
    .flatMap((name) => /^cmd\/([^/]+)\/$/.exec(name)?.[1] ?? [])
    .filter(isPlain)
    .sort()
    .slice(0, 10);
  const mains = [...(folder.names.has("main.go") ? ["."] : []), ...commands.map((name) => `./cmd/${name}`)];
  for (const main of mains) {
    at.task("run", ["go", "run", main], { matchers: ["$go"] });
    const program = at.here(main.replace(/^\.\/?/, ""));
    at.launch("go", `Debug the program (${main})`, { mode: "debug", program });
  }
  at.task("test", ["go", "test", "./..."], { matchers: ["$go"] });
  at.task("build", ["go", "build", "./..."], { matchers: ["$go"] });
  at.task("format", ["go", "fmt", "./..."]);
  at.task("lint", ["go", "vet", "./..."], { matchers: ["$go"] });
  if ([...folder.names].some((name) => /^\.golangci\.(ya?ml|toml|json)$/.test(name)))
    at.task("lint", ["golangci-lint", "run"]);
  // A debugger of Go's debugs one package; that of the file one looks at is the one that is meant.
  at.launch("go", "Debug the tests of this package", { mode: "test", program: variable("fileDirname") }, true);
  return at.found;
}

export function detectRust(folder: Folder): Found | undefined {
  const text = folder.texts["Cargo.toml"];
  if (text === undefined) return undefined;
  const at = new Finder(folder, "Cargo.toml");
  const rustc = { matchers: ["$rustc"] };
  at.what("Rust");
  at.extensions("rust-lang.rust-analyzer", "vadimcn.vscode-lldb", "tamasfe.even-better-toml");
  at.set({ "rust-analyzer.check.command": "clippy" });
  const name = packageName(text);
  if (name !== undefined && folder.names.has("src/main.rs")) {
    at.task("run", ["cargo", "run"], rustc);
    const cargo = { args: ["build", `--bin=${name}`], cwd: at.here() };
    at.launch("lldb", `Debug the program (${name})`, { cargo, cwd: at.here() });
  }
  at.task("test", ["cargo", "test"], rustc);
  at.task("build", ["cargo", "build"], rustc);
  at.task("format", ["cargo", "fmt"]);
  at.task("lint", ["cargo", "clippy", "--all-targets"], rustc);
  if (folder.names.has("src/lib.rs"))
    at.launch(
      "lldb",
      "Debug the tests (cargo test)",
      { cargo: { args: ["test", "--no-run", "--lib"], cwd: at.here() } },
      true,
    );
  else if (name !== undefined)
    at.launch(
      "lldb",
      "Debug the tests (cargo test)",
      { cargo: { args: ["test", "--no-run", `--bin=${name}`], cwd: at.here() } },
      true,
    );
  return at.found;
}

function packageName(text: string): string | undefined {
  try {
    const name = (parse(text).package as { name?: unknown } | undefined)?.name;
    return typeof name === "string" && /^[\w-]+$/.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

export function detectDotnet(folder: Folder): Found | undefined {
  const projects = [...folder.names].filter((name) => /\.(csproj|fsproj)$/.test(name) && isPlain(name)).sort();
  const solution = [...folder.names].filter((name) => /\.slnx?$/.test(name) && isPlain(name)).sort()[0];
  const from = solution ?? projects[0];
  if (from === undefined) return undefined;
  const at = new Finder(folder, from);
  const compile = { matchers: ["$msCompile"] };
  at.what(".NET");
  at.extensions("ms-dotnettools.csharp", "ms-dotnettools.csdevkit");
  // What lies under a solution is built and tested by it.
  at.task("build", ["dotnet", "build", from], compile);
  at.task("format", ["dotnet", "format", from]);
  at.task("lint", ["dotnet", "format", from, "--verify-no-changes"]);
  const tests = projects.filter((name) => /Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk/.test(folder.texts[name] ?? ""));
  if (solution !== undefined || tests.length > 0) at.task("test", ["dotnet", "test", from], compile);
  for (const name of projects.slice(0, 5)) {
    const text = folder.texts[name] ?? "";
    const runs = /Sdk="Microsoft\.NET\.Sdk\.(Web|Worker)"|<OutputType>\s*(Win)?Exe\s*</i.test(text);
    if (tests.includes(name)) at.launch("dotnet", `Debug the tests (${name})`, { projectPath: at.here(name) }, true);
    else if (runs) {
      at.task("run", ["dotnet", "run", "--project", name], { background: /Sdk\.(Web|Worker)"/.test(text) });
      at.launch("dotnet", `Debug the program (${name})`, { projectPath: at.here(name) });
    }
  }
  return at.found;
}

export function detectJava(folder: Folder): Found | undefined {
  const gradle = ["build.gradle.kts", "build.gradle"].find((name) => folder.names.has(name));
  if (folder.names.has("pom.xml")) return maven(folder);
  return gradle === undefined ? undefined : gradleBuild(folder, gradle);
}

function maven(folder: Folder): Found {
  const at = java(folder, "pom.xml", "Java (Maven)");
  const text = folder.texts["pom.xml"] ?? "";
  const mvn = folder.names.has("mvnw") ? "./mvnw" : "mvn";
  if (text.includes("spring-boot")) {
    spring(at);
    at.task("run", [mvn, "spring-boot:run"], { background: true });
  }
  at.task("test", [mvn, "test"]);
  at.task("build", [mvn, "package"]);
  if (text.includes("spotless")) at.task("format", [mvn, "spotless:apply"]);
  if (text.includes("checkstyle")) at.task("lint", [mvn, "checkstyle:check"]);
  attach(at, "mvn -Dmaven.surefire.debug test");
  return at.found;
}

function gradleBuild(folder: Folder, from: string): Found {
  const at = java(folder, from, "Java (Gradle)");
  const text = folder.texts[from] ?? "";
  const gradle = folder.names.has("gradlew") ? "./gradlew" : "gradle";
  if (text.includes("org.springframework.boot")) {
    spring(at);
    at.task("run", [gradle, "bootRun"], { background: true });
  } else if (/\bid\s*\(?\s*["']application["']|^\s*application\s*$/m.test(text)) at.task("run", [gradle, "run"]);
  at.task("test", [gradle, "test"]);
  at.task("build", [gradle, "build"]);
  if (text.includes("spotless")) at.task("format", [gradle, "spotlessApply"]);
  if (text.includes("checkstyle")) at.task("lint", [gradle, "checkstyleMain"]);
  attach(at, "gradle test --debug-jvm");
  return at.found;
}

function java(folder: Folder, from: string, what: string): Finder {
  const at = new Finder(folder, from);
  at.what(what);
  at.extensions("vscjava.vscode-java-pack");
  at.set({ "java.configuration.updateBuildConfiguration": "interactive" });
  at.launch("java", "Debug this file", { mainClass: variable("file") });
  return at;
}

function spring(at: Finder): void {
  at.what("Spring Boot");
  at.extensions("vmware.vscode-spring-boot");
}

/** Both tools wait on this port when they are told to debug the tests. */
function attach(at: Finder, command: string): void {
  at.launch("java", `Attach to the tests (${command})`, { request: "attach", hostName: "localhost", port: 5005 }, true);
}
