// Plans a release: what the changes file will say, what has to be clean for it, the tag. Writes only the tag.
import { unreleased } from "../../gate/changes.ts";
import { release } from "../../gate/changes-release.ts";
import { fields } from "../../gate/git.ts";
import type { Policy } from "../../gate/policy.ts";
import type { Repo } from "../../gate/repo.ts";
import { Fault } from "../../protocol/errors.ts";
import { readInside } from "../git/commit.ts";
import { readFragments } from "./fragments.ts";

export interface ReleasePlan {
  version: string;
  tag: string;
  file: string;
  /** files that go into the changes file and are deleted */
  fragments: string[];
  entries: number;
  apply: (text: string) => string;
}

/** @throws Fault refused | conflict, when there is nothing to release, or the version is there already */
export function plannedRelease(repo: Repo, policy: Policy, asked: { version: string; date: string }): ReleasePlan {
  const { file } = policy.changes;
  const version = asked.version.replace(/^v/, "");
  const found = policy.changes.entries === "fragments" ? readFragments(repo, file) : [];
  const fragments = found.map(({ text, item, section }) => ({ text, item, ...(section !== undefined && { section }) }));
  const apply = (text: string): string => {
    try {
      return release(text, { version, date: asked.date, fragments });
    } catch (error) {
      const { message } = error as Error;
      throw new Fault(message.includes("is in the file already") ? "conflict" : "refused", `${file}: ${message}`);
    }
  };
  const lies = readInside(repo, file) ?? "";
  // Asked here already, so that nothing is begun that cannot be ended.
  apply(lies);
  const entries = unreleased(lies).length + found.length;
  return { version, tag: `v${version}`, file, fragments: found.map((f) => f.file), entries, apply };
}

/** @throws Fault conflict, when the tag is there; refused, when a file is not as it was committed */
export async function mayRelease(
  repo: Repo,
  { tag, file, fragments }: { tag: string | null; file: string; fragments: string[] },
): Promise<void> {
  const [there, dirty] = await Promise.all([
    tag === null ? undefined : repo.git(["rev-parse", "-q", "--verify", `refs/tags/${tag}`]),
    repo.git([
      "--literal-pathspecs",
      "status",
      "--porcelain=v1",
      "-z",
      "--untracked-files=all",
      "--no-renames",
      "--",
      file,
      ...fragments,
    ]),
  ]);
  if (there?.code === 0)
    throw new Fault("conflict", `There is a tag ${tag} already.`, {
      hint: "Choose another version, or commit without a tag: --no-tag",
    });
  const files = fields(dirty);
  if (files.length === 0) return;
  throw new Fault(
    "refused",
    `${files.length === 1 ? "A file" : `${files.length} files`} of the release ${files.length === 1 ? "is" : "are"} uncommitted: ${files[0]?.slice(3)}`,
    {
      reasons: files.slice(0, 20).map((f) => ({ check: "clean", message: f })),
      hint: "Commit them, or set them aside: git stash",
    },
  );
}

/** @throws Fault refused, when git makes no tag; the commit stays */
export async function tagRelease(repo: Repo, tag: string, version: string, commit: string): Promise<void> {
  const made = await repo.git(["tag", "-a", "-m", `Release ${version}`, tag, commit], { hooks: true });
  if (made.code === 0) return;
  throw new Fault(
    "refused",
    `${version} is committed as ${commit.slice(0, 8)}, but not tagged: ${(made.stderr.split("\n")[0] ?? "").replace(/^(fatal|error): /, "")}`,
    {
      hint: `Tag it: git tag -a -m "Release ${version}" ${tag} ${commit.slice(0, 12)}`,
    },
  );
}
