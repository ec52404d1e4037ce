// The Commit view's page.
import * as l10n from "@vscode/l10n";
import { html, nothing, render } from "lit";
import { Connection } from "../toolkit/browser/connection.ts";
import { banner, type Drawn } from "../toolkit/browser/elements.ts";
import type { Fields } from "../toolkit/browser/guard.ts";
import { CommitModel, type Drafts } from "./model.ts";
import { button, outcome } from "./parts/button.ts";
import { entry } from "./parts/entry.ts";
import { files } from "./parts/files.ts";
import { heading } from "./parts/heading.ts";
import { message } from "./parts/message.ts";
import { nothingToCommit, notThisBranch } from "./parts/welcome.ts";
import type { CommitWords } from "./words.ts";

const fields: Fields<CommitWords> = {
  connection: "string",
  trusted: "boolean",
  repos: "array",
  repo: "string?",
  service: "string?",
  branch: "string?",
  trunk: "string?",
  item: "object?",
  files: "array?",
  ready: "boolean",
  message: "string",
  committed: "object?",
};

const connection = new Connection<CommitWords, Drafts>({ byBranch: {}, committed: null }, fields);
const model = new CommitModel(connection, draw);
const root = document.getElementById("page") as HTMLElement;

connection.changed = () => {
  model.catchUp();
  draw();
  model.look();
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void model.commit();
});
model.catchUp();
draw();
connection.restoreScroll();
model.look();

function draw(): void {
  const { connection: is, trusted } = model.state;
  root.classList.toggle("stale", is === "lost" || is === "stopped");
  render(
    html`<h1 class="unseen">${l10n.t("Commit")}</h1>
      ${banner(is, trusted, (command) => model.open("run", { command }))}${heading(model)}${body()}`,
    root,
  );
}

function body(): Drawn {
  const { state } = model;
  if (!state.repo || (state.files === null && !state.item)) return nothing;
  if (!state.item) return html`${notThisBranch(model)}${files(model)}${outcome(model)}`;
  if (state.files?.length === 0) return html`${nothingToCommit(model)}${outcome(model)}`;
  return html`${files(model)}${message(model)}${entry(model)}${button(model)}`;
}
