// One change for several items: asked about once, and told once what became of them.
import * as vscode from "vscode";
import type { ParamsOf, ResultOf } from "../daemon.ts";
import { called } from "../looks.ts";
import { type Offer, tell, warn, working } from "../say.ts";
import type { Window } from "../window.ts";

type Change = Omit<ParamsOf<"work.bulk">, "items" | "filter" | "plan">;
type Done = ResultOf<"work.bulk">;

/** What could not be changed is told with its reason, the rest is seen in the view. */
export async function changeSeveral(window: Window, items: number[], change: Change): Promise<Done> {
  const title = vscode.l10n.t("Changing {0} items", items.length);
  const done = await working(title, (options) => window.daemon.act("work.bulk", { items, ...change }, options));
  if (done.refused.length > 0) void warn(whyNot(done));
  return done;
}

export async function dropSeveral(window: Window, items: number[]): Promise<void> {
  const { changed } = await window.daemon.act("work.bulk", { items, drop: true, plan: true });
  const names = await Promise.all(changed.map(async (item) => called(await window.daemon.ask("work.get", { item }))));
  if (!(await confirmed(names))) return;
  const title = vscode.l10n.t("Dropping {0} items", changed.length);
  const done = await working(title, (options) =>
    window.daemon.act("work.bulk", { items: changed, drop: true }, options),
  );
  tellDropped(window, done);
}

const mostNames = 20;

async function confirmed(names: string[]): Promise<boolean> {
  const yes = vscode.l10n.t("Drop");
  const kept = vscode.l10n.t("Branches are kept and can be restored. An item whose commits are nowhere else stays.");
  const shown = [...names.slice(0, mostNames), ...(names.length > mostNames ? ["…"] : [])];
  const detail = [...shown, "", kept].join("\n");
  const question = vscode.l10n.t("Drop {0} items?", names.length);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function tellDropped(window: Window, done: Done): void {
  const { changed, refused } = done;
  const restore = async () => {
    for (const item of changed) await window.daemon.act("work.restore", { item });
  };
  const undo: Offer[] = changed.length > 0 ? [{ title: vscode.l10n.t("Undo"), run: restore }] : [];
  const dropped =
    changed.length === 1
      ? vscode.l10n.t("1 item was dropped.")
      : vscode.l10n.t("{0} items were dropped.", changed.length);
  if (refused.length === 0) void tell(dropped, ...undo);
  else void warn([changed.length > 0 ? dropped : "", whyNot(done)].filter(Boolean).join(" "), ...undo);
}

const mostReasons = 3;

function whyNot({ refused }: Done): string {
  const more = refused.length > mostReasons ? ["…"] : [];
  return [...refused.slice(0, mostReasons).map(({ id, why }) => `#${id}: ${why}`), ...more].join(" ");
}
