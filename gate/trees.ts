// What a path is in a commit, read from tree objects: cheaper than a process that compares whole trees.
import type { Objects } from "./repo.ts";

/** The tree of a commit. */
export const treeOf = async (objects: Objects, commit: string): Promise<string | undefined> =>
  /^tree ([0-9a-f]+)\n/.exec((await objects.readText(commit)) ?? "")?.[1];

const aTree = "40000 ";

/** Reads each tree once. */
export class Trees {
  private readonly objects: Objects;
  private readonly known = new Map<string, Promise<Map<string, string>>>();

  constructor(objects: Objects) {
    this.objects = objects;
  }

  /**
   * @returns mode and object of a path, such as `100644 8f3a…`; undefined when there is none
   * @throws when a tree on the way cannot be read
   */
  async at(tree: string, path: string): Promise<string | undefined> {
    let at: string | undefined = aTree + tree;
    for (const name of path.split("/")) {
      if (!at?.startsWith(aTree)) return undefined;
      at = (await this.entries(at.slice(aTree.length))).get(name);
    }
    return at;
  }

  private entries(tree: string): Promise<Map<string, string>> {
    const known = this.known.get(tree) ?? this.read(tree);
    this.known.set(tree, known);
    return known;
  }

  private async read(tree: string): Promise<Map<string, string>> {
    const bytes = await this.objects.read(tree);
    if (!bytes) throw new Error(`the tree ${tree} cannot be read`);
    return parse(bytes, tree.length / 2);
  }
}

/** Each entry is a mode, a space, a name, a zero byte and the object's id in `hash` bytes. */
function parse(bytes: Buffer, hash: number): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const zero = bytes.indexOf(0, space);
    const end = zero + 1 + hash;
    found.set(
      bytes.toString("utf8", space + 1, zero),
      `${bytes.toString("latin1", at, space)} ${bytes.toString("hex", zero + 1, end)}`,
    );
    at = end;
  }
  return found;
}
