// Type, service, labels, branch and dates.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { type Drawn, icon, iconButton, link } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import type { Shown } from "../words.ts";
import { fault } from "./field.ts";

const types: Record<Shown["type"], () => string> = {
  feature: () => l10n.t("Feature"),
  service: () => l10n.t("Service"),
  integration: () => l10n.t("Integration"),
  documentation: () => l10n.t("Documentation"),
  bug: () => l10n.t("Bug"),
  maintenance: () => l10n.t("Maintenance"),
};

export function facts(model: ItemModel): Drawn {
  const { item } = model;
  return html`<section class="facts" aria-labelledby="facts-heading">
    <h2 id="facts-heading">${l10n.t("About")}</h2>
    <dl>
      ${fact(
        l10n.t("Type"),
        choice(
          model,
          "type",
          l10n.t("Type"),
          item.type,
          Object.entries(types).map(([v, n]) => [v, n()]),
        ),
      )}
      ${fact(l10n.t("Service"), service(model))}
      ${fact(l10n.t("Labels"), labels(model))}
      ${item.branch === null ? nothing : fact(l10n.t("Branch"), html`<code>${item.branch}</code>`)}
      ${item.worktree === null ? nothing : fact(l10n.t("Work tree"), html`<code>${item.worktree}</code>`)}
      ${item.merged === null ? nothing : fact(l10n.t("Merged"), merged(model, item.merged))}
      ${fact(l10n.t("Created"), day(item.created))}
      ${item.started === null ? nothing : fact(l10n.t("Started"), day(item.started))}
      ${item.finished === null ? nothing : fact(l10n.t("Finished"), day(item.finished))}
    </dl>
    ${fault(model, "facts")}
  </section>`;
}

function fact(name: string, value: unknown): Drawn {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

function merged(model: ItemModel, { commit, trunk }: NonNullable<Shown["merged"]>): Drawn {
  const id = commit.slice(0, 7);
  return html`${link(id, () => model.open("commit", { id: commit }))} ${l10n.t("into {0}", trunk)}`;
}

function choice(model: ItemModel, key: "type" | "service", label: string, now: string, all: string[][]): Drawn {
  const choose = (event: Event) => {
    const chosen = (event.target as HTMLSelectElement).value;
    void model.act("facts", "work.edit", () => ({ [key]: chosen }));
  };
  return html`<span class="select"><select aria-label=${label} ?disabled=${!model.able} @change=${choose}>
    ${all.map(([value, name]) => html`<option value=${value} .selected=${live(value === now)}>${name}</option>`)}
  </select></span>`;
}

/** Moves only while nothing has been begun in its repository. */
function service(model: ItemModel): Drawn {
  const { item, state } = model;
  if (item.branch !== null || item.status !== "planned") return html`${item.service ?? l10n.t("removed")}`;
  const known = state.services.map((name) => [name, name]);
  const gone = item.service === null || !state.services.includes(item.service);
  const all = gone ? [[item.service ?? "", item.service ?? l10n.t("removed")], ...known] : known;
  return choice(model, "service", l10n.t("Service"), item.service ?? "", all);
}

function labels(model: ItemModel): Drawn {
  const { item } = model;
  const set = (change: (all: string[]) => string[]) =>
    void model.act("facts", "work.edit", ({ labels: all }) => ({ label: change(all) }));
  const add = (event: KeyboardEvent) => {
    const input = event.target as HTMLInputElement;
    const label = input.value.trim();
    if (event.key !== "Enter" || event.isComposing || label === "") return;
    input.value = "";
    if (!item.labels.includes(label)) set((all) => [...all, label]);
  };
  return html`<ul class="labels">
    ${item.labels.map((label) => chip(model, label, () => set((all) => all.filter((one) => one !== label))))}
    ${
      model.able
        ? html`<li><input type="text" class="add-label" maxlength="50" aria-label=${l10n.t("Add a label")} placeholder=${l10n.t("Add label")} @keydown=${add} /></li>`
        : nothing
    }
  </ul>`;
}

function chip(model: ItemModel, label: string, remove: () => void): Drawn {
  return html`<li class="chip">
    ${icon("tag")}<span>${label}</span>
    ${model.able ? iconButton({ icon: "close", label: l10n.t("Remove label {0}", label), run: remove }) : nothing}
  </li>`;
}

function day(time: string): Drawn {
  const date = new Date(time);
  const short = date.toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" });
  return html`<time datetime=${time} title=${date.toLocaleString(document.documentElement.lang)}>${short}</time>`;
}
