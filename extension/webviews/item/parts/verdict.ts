// What stands between the work and the trunk: each check, and what brings it forward.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import type { ItemState } from "../words.ts";
import { createDocument, openDocument } from "./document.ts";
import { goTo } from "./go-to.ts";

const most = 8;

type Check = NonNullable<ItemState["verdict"]>["checks"][number];

export function verdict(model: ItemModel): Drawn {
  const found = model.state.verdict;
  if (!found) return nothing;
  return html`<section aria-labelledby="verdict-heading">
    <h2 id="verdict-heading">${l10n.t("Before It Can Be Merged")}</h2>
    <table class="checks">
      <thead class="unseen"><tr><th>${l10n.t("State")}</th><th>${l10n.t("Check")}</th></tr></thead>
      <tbody>${found.checks.map((check) => row(model, check))}</tbody>
    </table>
    ${found.warnings.map((warning) => html`<p class="row quiet">${icon("warning")}<span>${warning}</span></p>`)}
  </section>`;
}

function row(model: ItemModel, check: Check): Drawn {
  const { state, message, required } = check;
  return html`<tr>
    <td>${stateIcon(check)}</td>
    <td>
      <span class=${state === "yes" ? "quiet" : ""}>${message}</span>
      ${required || state === "yes" ? nothing : html`<span class="quiet">${l10n.t("A warning only.")}</span>`}
      ${details(check)}
      ${action(model, check)}
    </td>
  </tr>`;
}

/** The open points stand in the checklist, which is on the same page. */
function details({ id, state, detail }: Check): Drawn {
  if (!detail || state === "yes" || id === "checklist") return nothing;
  return html`<ul class="detail quiet">${detail.slice(0, most).map((one) => html`<li>${one}</li>`)}</ul>`;
}

function stateIcon({ state, required }: Check): Drawn {
  if (state === "yes") return html`${icon("pass", "icon-yes")}<span class="unseen">${l10n.t("Yes")}</span>`;
  if (state === "unknown")
    return html`${icon("question", "icon-unknown")}<span class="unseen">${l10n.t("Cannot tell")}</span>`;
  const name = required ? icon("error", "icon-no") : icon("warning", "icon-unknown");
  return html`${name}<span class="unseen">${l10n.t("No")}</span>`;
}

function action(model: ItemModel, { id, state, next }: Check): Drawn {
  // A branch without commits has nothing to waive.
  const way = id === "judged" && next?.startsWith("calcifer commit") ? "clean" : id;
  const found = state === "yes" ? undefined : actions[way]?.(model);
  if (!found) return nothing;
  const [words, run] = found;
  return html`<div>${link(words, run, !model.able)}</div>`;
}

const actions: Record<string, (model: ItemModel) => [string, () => void]> = {
  entry: (model) => [l10n.t("Write the entry…"), () => model.run("calcifer.changes.add")],
  tests: (model) => [l10n.t("Run the tests"), () => model.run("calcifer.gate.test")],
  checklist: () => [l10n.t("Go to the checklist"), () => goTo("checklist")],
  notes: () => [l10n.t("Write the notes"), () => goTo("notes")],
  document: (model) =>
    model.state.documentThere
      ? [l10n.t("Open the document"), () => openDocument(model)]
      : [l10n.t("Create it from its template"), () => void createDocument(model)],
  clean: (model) => [l10n.t("Commit…"), () => model.run("calcifer.work.commit")],
  "no-conflict": update,
  current: update,
  judged: (model) => [l10n.t("Waive…"), () => model.run("calcifer.gate.waive")],
  merged: (model) => [l10n.t("Merge & Complete"), () => model.run("calcifer.work.finish")],
};

function update(model: ItemModel): [string, () => void] {
  return [
    l10n.t("Update from {0}", model.state.diff?.trunk ?? l10n.t("Trunk")),
    () => model.run("calcifer.work.update"),
  ];
}
