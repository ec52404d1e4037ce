// The Health page: all services, and one of them over time.
import "./parts/language.ts";
import * as l10n from "@vscode/l10n";
import { html, nothing, render } from "lit";
import { Connection } from "../toolkit/browser/connection.ts";
import { banner, type Drawn, icon } from "../toolkit/browser/elements.ts";
import type { Fields } from "../toolkit/browser/guard.ts";
import { refusal } from "../toolkit/browser/refusal.ts";
import { type Drafts, HealthModel, noDrafts } from "./model.ts";
import { detail } from "./parts/detail.ts";
import { filters } from "./parts/filters.ts";
import { list } from "./parts/list.ts";
import type { HealthWords } from "./words.ts";

const fields: Fields<HealthWords> = {
  connection: "string",
  trusted: "boolean",
  known: "boolean",
  measured: "boolean",
  note: "string",
  turn: "number",
  show: "object?",
};

const connection = new Connection<HealthWords, Drafts>({ ...noDrafts }, fields);
const model = new HealthModel(connection, draw);
const root = document.getElementById("page") as HTMLElement;
let scrolled = false;

connection.changed = () => {
  model.catchUp();
  draw();
};
draw();

function draw(): void {
  const { connection: is, trusted } = model.state;
  root.classList.toggle("stale", is === "lost" || is === "stopped");
  root.classList.toggle("opened", model.drafts.service !== null);
  render(html`${banner(is, trusted, (command) => model.run(command))}${unmeasured()}${content()}`, root);
  if (!scrolled && model.whole) restoreScroll();
}

/** Once, when there is something to scroll. */
function restoreScroll(): void {
  scrolled = true;
  document.getElementById("services")?.scrollTo(0, model.drafts.scroll);
}

function content(): Drawn {
  if (!model.state.known || !model.loaded)
    return html`<p class="quiet none">${model.state.connection === "up" || model.state.connection === "starting" ? l10n.t("Asking how services stand…") : nothing}</p>${refusal(model.fault)}`;
  if (model.rows.every(({ endpoints }) => endpoints === 0) && model.drafts.service === null) return nothingYet();
  return html`${filters(model)}
    ${model.drafts.service === null ? refusal(model.fault) : nothing}
    <div class="panes">${list(model)}${detail(model)}</div>`;
}

/** Why nothing is measured now, whatever was measured before. */
function unmeasured(): Drawn {
  const { known, measured, note, connection: is } = model.state;
  const watched = model.rows.some(({ endpoints }) => endpoints > 0);
  if (!known || measured || is !== "up" || !watched) return nothing;
  const words = note === "" ? l10n.t("Nothing is measured now.") : note;
  return html`<p class="banner">${icon("circle-outline")}<span>${words}</span></p>`;
}

function nothingYet(): Drawn {
  return html`<section class="welcome">
    <h1>${l10n.t("Nothing is watched yet")}</h1>
    <p>${l10n.t("An endpoint is an address of a service that is asked again and again: a web page, a port, a host, a name. Its answers show here, and what fails becomes an incident with what changed before.")}</p>
    <vscode-button ?disabled=${!model.able} aria-disabled=${!model.able} @click=${() => model.run("calcifer.health.add")}>${l10n.t("Add Endpoint…")}</vscode-button>
    ${refusal(model.fault)}
  </section>`;
}
