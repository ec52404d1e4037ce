// The Commit view's page.
import * as l10n from "@vscode/l10n";
import { html, nothing, render } from "lit";
import { Connection } from "../toolkit/browser/connection.ts";
import { banner, type Drawn } from "../toolkit/browser/elements.ts";
import { CommitModel, type Drafts } from "./model.ts";
import { button } from "./parts/button.ts";
import { entry } from "./parts/entry.ts";
import { files } from "./parts/files.ts";
import { heading } from "./parts/heading.ts";
import { message } from "./parts/message.ts";
import { nothingToCommit, notThisBranch } from "./parts/welcome.ts";
import type { CommitWords } from "./words.ts";

const connection = new Connection<CommitWords, Drafts>({ byBranch: {} });
const model = new CommitModel(connection, draw);
const root = document.getElementById("page") as HTMLElement;

connection.changed = () => {
  draw();
  model.look();
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void model.commit();
});
draw();
connection.restoreScroll();
model.look();

function draw(): void {
  const { connection: is, trusted } = model.state;
  root.classList.toggle("stale", is === "lost" || is === "stopped");
  render(
    html`<h1 class="unseen">${l10n.t("Commit")}</h1>
      ${banner(is, trusted, (command) => void connection.host("run", { command }))}${heading(model)}${body()}${outcome()}`,
    root,
  );
}

function body(): Drawn {
  const { state } = model;
  if (!state.repo || (state.files === null && !state.item)) return nothing;
  if (!state.item) return html`${notThisBranch(model)}${files(model)}`;
  if (state.files?.length === 0) return nothingToCommit(model);
  return html`${files(model)}${message(model)}${entry(model)}${button(model)}`;
}

function outcome(): Drawn {
  if (model.outcome === undefined) return nothing;
  return html`<p class="outcome"><span class="codicon codicon-check" aria-hidden="true"></span>${model.outcome}</p>`;
}
