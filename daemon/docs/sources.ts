// The Markdown files of a work tree: which there are, what each looks like, what is in it. Follows no link.
import { constants as flags, lstatSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { fields } from "../../gate/git.ts";
import type { Repo } from "../../gate/repo.ts";

export interface Source {
  /** in the repository, with `/` */
  path: string;
  /** another one when the file is another */
  stamp: string;
  changed: Date;
}

/** Of a larger file only so much is read. */
const most = 1024 * 1024;
/** Files looked at before others get their turn. */
const slice = 200;
const vendored = /(?:^|\/)(?:node_modules|vendor|bower_components|\.git)\//;

/** Markdown that git knows, or would add. @throws Error with what git said */
export async function sources(repo: Repo, signal?: AbortSignal): Promise<Source[]> {
  const listed = await repo.git(
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":(icase)*.md", ":(icase)*.markdown"],
    { cwd: repo.top, ...(signal && { signal }) },
  );
  if (listed.code !== 0) throw new Error(`git ls-files: ${listed.stderr.trim()}`);
  const names = [...new Set(fields(listed))].filter((name) => !vendored.test(`/${name}`) && isSane(name));
  const real = new Map<string, boolean>();
  const found: Source[] = [];
  for (const [n, name] of names.entries()) {
    if (n % slice === slice - 1) await breath();
    const source = look(repo.top, name, real);
    if (source) found.push(source);
  }
  return found;
}

/** A name that is no UTF-8 cannot be opened by what git printed of it. */
const isSane = (name: string): boolean => !name.includes("\uFFFD") && name.length <= 1000;

/** One file as it is now; undefined where it is none, or leads elsewhere. */
export function look(top: string, name: string, real = new Map<string, boolean>()): Source | undefined {
  const full = path.join(top, name);
  try {
    const found = lstatSync(full, { bigint: true, throwIfNoEntry: false });
    if (!found?.isFile() || !isItself(top, path.dirname(full), real)) return undefined;
    const { mtimeNs, ctimeNs, size, ino } = found;
    return {
      path: name,
      stamp: `${mtimeNs}.${ctimeNs}.${size}.${ino}`,
      changed: new Date(Number(mtimeNs / 1_000_000n)),
    };
  } catch {
    // It came and went, or is not ours to read.
    return undefined;
  }
}

/** No folder on the way is a link. */
function isItself(top: string, folder: string, known: Map<string, boolean>): boolean {
  const before = known.get(folder);
  if (before !== undefined) return before;
  const is = realpathSync(folder) === folder || (folder === top && realpathSync(top) === realpathSync(folder));
  known.set(folder, is);
  return is;
}

/** The text of a file; undefined where it cannot be read, or is no text. */
export async function readSource(top: string, name: string): Promise<string | undefined> {
  try {
    // Windows has neither of the last two, which is as good as zero.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = flags;
    const handle = await open(path.join(top, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) return undefined;
      const room = Math.min(found.size, most);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(room), 0, room, 0);
      const bytes = buffer.subarray(0, bytesRead);
      return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
