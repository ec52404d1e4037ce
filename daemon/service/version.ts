// Which commit a reported version is. Asks git; a version that may mean something else is none.
import { text } from "../../gate/git.ts";
import type { Opened, Repos } from "../git/repos.ts";
import type { StoredService } from "./store.ts";

/** What git takes as a name below refs/tags, and nothing that it would take for a question, such as `v1~3`. */
const tagName = /^(?![-./])(?!.*(?:\.\.|@\{|\/\/|\/$|\.$|\.lock$))[^\s~^:?*[\\\p{Cc}]+$/u;
// Shorter ones are build numbers as often as commits.
const commitId = /^[0-9a-f]{7,64}$/i;
const described = /^.+-\d+-g([0-9a-f]{7,64})$/i;

/**
 * The commit that a version names: a tag, with or without `v`, a commit id (7 digits at least), or what `git describe`
 * makes of one.
 * @returns null when it maps to none
 */
export async function commitOf({ repo }: Pick<Opened, "repo">, version: string): Promise<string | null> {
  const name = version.trim();
  const bare = name.replace(/^v(?=\d)/i, "");
  for (const tag of new Set([name, `v${bare}`, bare])) {
    if (!tagName.test(tag)) continue;
    const found = text(await repo.git(["rev-parse", "-q", "--verify", `refs/tags/${tag}^{commit}`]));
    if (found !== undefined) return found;
  }
  const id = (commitId.exec(name)?.[0] ?? described.exec(name)?.[1])?.toLowerCase();
  if (id === undefined) return null;
  const found = text(await repo.git(["rev-parse", "-q", "--verify", `${id}^{commit}`]));
  // A branch may have the same name.
  return found?.startsWith(id) ? found : null;
}

/** The same for a service; null, too, when its repository cannot be read. */
export async function commitOfVersion(
  repos: Repos,
  service: Pick<StoredService, "repo">,
  version: string,
): Promise<string | null> {
  try {
    return await commitOf(await repos.open(service.repo), version);
  } catch {
    return null;
  }
}
