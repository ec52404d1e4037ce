// Where git keeps things in one repository, and which setting decides where it looks for hooks. Asks git; changes nothing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Git, lines } from "../../gate/git.ts";
import { noGit, notesFolder } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";

export interface Site {
  common: string;
  gitDir: string;
  /** top of the work tree; undefined where there is none */
  top: string | undefined;
  shallow: boolean;
  /** folder for what Calcifer keeps here */
  notes: string;
}

/**
 * The folders, by one git process.
 * @throws Fault missing when this is no repository, unreachable when there is no git or one too old
 */
export async function siteOf(git: Git): Promise<Site> {
  // --show-toplevel comes last: in a bare repository git answers all before it, then says no.
  const asked = await git(
    [
      "rev-parse",
      "--path-format=absolute",
      "--git-common-dir",
      "--git-dir",
      "--is-shallow-repository",
      "--show-toplevel",
    ],
    { hooks: true },
  ).catch((error: NodeJS.ErrnoException) => {
    throw noGit(error);
  });
  const [common, gitDir, shallow, top] = lines(asked);
  if (common === undefined || gitDir === undefined || shallow === undefined) throw await notHere(git, asked.stderr);
  if (common.startsWith("--")) throw await notHere(git, "");
  return { common, gitDir, shallow: shallow === "true", top, notes: path.join(common, notesFolder) };
}

async function notHere(git: Git, stderr: string): Promise<Fault> {
  const version = await gitVersion(git);
  if (version !== undefined && older(version, [2, 31]))
    return new Fault("unreachable", `git ${version.join(".")} is too old for Calcifer.`, {
      hint: "Install git 2.38 or newer.",
    });
  return new Fault("missing", `This is not a git repository${stderr ? `: ${stderr.trim().split("\n")[0]}` : "."}`, {
    hint: "Make one here: git init",
  });
}

/** Major, minor, patch; undefined when git does not say. */
export async function gitVersion(git: Git): Promise<number[] | undefined> {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec((await git(["version"])).stdout.toString("utf8"));
  return found ? found.slice(1).map((n) => Number(n ?? 0)) : undefined;
}

export const older = (version: number[], than: [number, number]): boolean =>
  (version[0] ?? 0) < than[0] || (version[0] === than[0] && (version[1] ?? 0) < than[1]);

/** One place where `core.hooksPath` is set. */
export interface HooksPath {
  scope: "system" | "global" | "local" | "worktree" | "command" | "unknown";
  /** the file that sets it, absolute; empty when it is no file */
  file: string;
  /** as git reads it: `~` replaced, relative to where hooks run */
  value: string;
}

/** Every setting of `core.hooksPath`, weakest first, by one git process. */
export async function hooksPaths(git: Git, site: Site): Promise<HooksPath[]> {
  const asked = await git(
    ["config", "-z", "--show-scope", "--show-origin", "--type=path", "--get-all", "core.hooksPath"],
    { hooks: true },
  );
  const found: HooksPath[] = [];
  // An empty value is a value: fields() would lose it.
  const parts = asked.stdout.toString("utf8").split("\0").slice(0, -1);
  for (let i = 0; i + 2 < parts.length; i += 3) {
    const [scope, origin, value] = parts.slice(i, i + 3) as [HooksPath["scope"], string, string];
    found.push({
      scope,
      value,
      file: origin.startsWith("file:") ? path.resolve(site.top ?? site.gitDir, origin.slice(5)) : "",
    });
  }
  return found;
}

/** The folder a value means, as git resolves it: from where hooks run. */
export const hooksFolderOf = (site: Site, value: string | undefined): string =>
  value === undefined
    ? path.join(site.common, "hooks")
    : value === ""
      ? "/"
      : path.resolve(site.top ?? site.gitDir, value);

/** Config files of single work trees: of the main one, and of each linked one. Empty unless they count. */
export async function worktreeConfigs(git: Git, site: Site): Promise<{ id: string; file: string }[]> {
  const counts = await git(["config", "--type=bool", "--get", "extensions.worktreeConfig"], { hooks: true });
  if (counts.stdout.toString("utf8").trim() !== "true") return [];
  const linked = listFolder(path.join(site.common, "worktrees")).map((id) => ({
    id,
    file: path.join(site.common, "worktrees", id, "config.worktree"),
  }));
  return [{ id: "main", file: path.join(site.common, "config.worktree") }, ...linked].filter(({ file }) =>
    existsSync(file),
  );
}

/** The value one config file gives `core.hooksPath`, without what it includes. */
export async function hooksPathIn(git: Git, file: string): Promise<string | undefined> {
  const asked = await git(["config", "--file", file, "-z", "--type=path", "--get-all", "core.hooksPath"], {
    hooks: true,
  });
  return asked.stdout.toString("utf8").split("\0").slice(0, -1).at(-1);
}

export const listFolder = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

/** A file's text; undefined where there is none to read. */
export const readIf = (file: string, most = 1 << 20): string | undefined => {
  try {
    return readFileSync(file, "utf8").slice(0, most);
  } catch {
    return undefined;
  }
};
