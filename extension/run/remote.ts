// Commands on remotes: all services' repositories, or one service's, with a word for each.
import * as vscode from "vscode";
import type { Synced } from "../../protocol/remote.ts";
import { oneLine } from "../looks.ts";
import { serviceOf } from "../nodes.ts";
import { tell, warn, working } from "../say.ts";
import type { Run, Window } from "../window.ts";

type Way = "remote.fetch" | "remote.pull" | "remote.push" | "remote.sync";

const titles: Record<Way, () => string> = {
  "remote.fetch": () => vscode.l10n.t("Fetching"),
  "remote.pull": () => vscode.l10n.t("Pulling"),
  "remote.push": () => vscode.l10n.t("Pushing"),
  "remote.sync": () => vscode.l10n.t("Synchronizing"),
};

async function go(way: Way, { daemon }: Window, services: string[]): Promise<unknown> {
  const done = await working(titles[way](), (options) => daemon.act(way, { services }, options));
  const report = { title: vscode.l10n.t("Show Report"), run: () => showReport(done.line, done.repos) };
  void (done.repos.some(inTrouble) ? warn(done.line, report) : tell(done.line, report));
  return done;
}

/** A title's button is given the row that has the focus, and means all of them nevertheless. */
const all =
  (way: Way): Run =>
  (window) =>
    go(way, window, []);
const one =
  (way: Way): Run =>
  (window, given) => {
    const service = serviceOf(given);
    return service !== undefined && go(way, window, [service]);
  };

export const fetch = all("remote.fetch");
export const pull = all("remote.pull");
export const push = all("remote.push");
export const sync = all("remote.sync");
export const fetchOne = one("remote.fetch");
export const pullOne = one("remote.pull");
export const pushOne = one("remote.push");
export const syncOne = one("remote.sync");

/** To have no remote is no trouble. */
const inTrouble = ({ outcome }: Synced): boolean => outcome === "refused" || outcome === "unreachable";

const icons: Record<Synced["outcome"], string> = {
  done: "pass",
  "nothing to do": "check",
  refused: "error",
  unreachable: "debug-disconnect",
  "no remote": "circle-slash",
};

/** A row for each repository, those with trouble first; one opens a terminal there, with what can be done typed already. */
async function showReport(title: string, repos: Synced[]): Promise<void> {
  const rows = repos
    .toSorted((a, b) => Number(inTrouble(b)) - Number(inTrouble(a)))
    .map((one) => ({
      label: one.services.join(", "),
      description: oneLine([one.branch, one.remote].filter(Boolean).join(" · ")),
      detail: oneLine([one.why, ...one.did].filter(Boolean).join(" ")),
      iconPath: new vscode.ThemeIcon(icons[one.outcome]),
      repo: one.repo,
      next: one.next,
    }));
  const placeHolder = vscode.l10n.t("Choose one to open a terminal there");
  const chosen = await vscode.window.showQuickPick(rows, {
    title,
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return;
  const terminal = vscode.window.createTerminal({ cwd: vscode.Uri.file(chosen.repo), name: chosen.label });
  terminal.show();
  // Typed, not run.
  if (chosen.next) terminal.sendText(oneLine(chosen.next), false);
}
