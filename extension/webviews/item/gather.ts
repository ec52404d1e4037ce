// Everything the page of a work item shows, asked of the daemon.
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Daemon } from "../../daemon.ts";
import { faultOf } from "../../daemon.ts";
import type { ItemState } from "./words.ts";

export type Gathered = Pick<
  ItemState,
  "item" | "gone" | "description" | "diff" | "verdict" | "touched" | "documentThere"
>;

/** The item without what git knows of it: a question of a tenth of a millisecond. @throws Fault */
export async function known(daemon: Daemon, id: number): Promise<Pick<ItemState, "item" | "description">> {
  const [item, { render }] = await Promise.all([daemon.ask("work.get", { item: id }), import("../later.ts")]);
  const unknown = { commits: [], uncommitted: null, parent: null, parts: [], relations: [] };
  return { item: { ...item, ...unknown }, description: render(item.description) };
}

/** @throws Fault when even the item cannot be had for another reason than that it is gone */
export async function gather(daemon: Daemon, id: number): Promise<Gathered> {
  const [item, diff, verdict, touched, { render }] = await Promise.all([
    daemon.ask("work.show", { item: id }).catch(unlessMissing),
    orNull(daemon, daemon.ask("work.diff", { item: id })),
    orNull(daemon, daemon.ask("work.verdict", { item: id })),
    orNull(daemon, daemon.ask("docs.touched", { item: id })),
    import("../later.ts"),
  ]);
  if (!item) return { item: null, gone: true, ...nothingOf };
  const folder = item.worktree ?? diff?.repo;
  const document = item.document !== null && folder !== undefined ? path.join(folder, item.document) : undefined;
  return {
    item,
    gone: false,
    description: render(item.description),
    diff,
    verdict: item.status === "active" ? verdict : null,
    touched: item.status === "active" ? (touched?.documents ?? null) : null,
    documentThere: document === undefined ? null : await isThere(document),
  };
}

const nothingOf = { description: "", diff: null, verdict: null, touched: null, documentThere: null };

function unlessMissing(error: unknown): undefined {
  if (faultOf(error).fault !== "missing") throw error;
}

/** The page lives without it. */
async function orNull<T>(daemon: Daemon, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    daemon.output.debug(faultOf(error).message);
    return null;
  }
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
