// The page of a work item.
import * as l10n from "@vscode/l10n";
import { html, nothing, render } from "lit";
import { Connection } from "../toolkit/browser/connection.ts";
import { banner, type Drawn, icon } from "../toolkit/browser/elements.ts";
import type { Fields } from "../toolkit/browser/guard.ts";
import { type Drafts, ItemModel } from "./model.ts";
import { commits, entries, files } from "./parts/branch.ts";
import { checklist } from "./parts/checklist.ts";
import { description } from "./parts/description.ts";
import { documentPart } from "./parts/document.ts";
import { facts } from "./parts/facts.ts";
import { goTo } from "./parts/go-to.ts";
import { heading } from "./parts/heading.ts";
import { notes } from "./parts/notes.ts";
import { mentions, together } from "./parts/together.ts";
import { verdict } from "./parts/verdict.ts";
import type { ItemWords } from "./words.ts";

const fields: Fields<ItemWords> = {
  connection: "string",
  trusted: "boolean",
  id: "number",
  item: "object?",
  gone: "boolean",
  description: "string",
  diff: "object?",
  verdict: "object?",
  touched: "array?",
  services: "array",
  documentThere: "boolean?",
  by: "string?",
  focus: "string?",
};

const connection = new Connection<ItemWords, Drafts>({ edits: {}, points: [] }, fields);
const model = new ItemModel(connection, draw);
const root = document.getElementById("page") as HTMLElement;

connection.changed = draw;
draw();
connection.restoreScroll();
connection.keep();

function draw(): void {
  const { connection: is, trusted, gone, item } = model.state;
  root.classList.toggle("stale", is === "lost" || is === "stopped");
  root.classList.toggle("still", !model.able);
  render(
    html`${banner(is, trusted, (command) => model.run(command))}${gone ? deleted() : item ? page() : nothing}`,
    root,
  );
  model.catchUp();
  const { focus } = model.state;
  if (focus && item) {
    // Once: the page is drawn again for every letter.
    connection.learn({ focus: null });
    goTo(focus);
  }
}

function page(): Drawn {
  return html`${heading(model)}
    <div class="columns">
      <div class="main">
        ${description(model)}${checklist(model)}${notes(model)}${documentPart(model)}
        ${entries(model)}${files(model)}${mentions(model)}${commits(model)}
      </div>
      <div class="side">${verdict(model)}${facts(model)}${together(model)}</div>
    </div>`;
}

function deleted(): Drawn {
  const { id } = model.state;
  return html`<h1 class="gone">${icon("trash")} ${l10n.t("Work item #{0} was deleted.", id)}</h1>
    <p class="quiet">${l10n.t("What happened to it stays in the log. This page can be closed.")}</p>`;
}
