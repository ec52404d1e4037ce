// The head of the page: how many stand how, and what is shown of them.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import type { HealthState } from "../../../../protocol/health.ts";
import { type Drawn, iconButton, link } from "../../toolkit/browser/elements.ts";
import { allStates, stateIcon, stateWord } from "../../toolkit/browser/states.ts";
import { type Drafts, type HealthModel, noDrafts } from "../model.ts";

export function filters(model: HealthModel): Drawn {
  const { rows, drafts } = model;
  const labels = [...new Set(rows.flatMap((row) => row.labels))].sort();
  const environments = [...new Set(rows.flatMap((row) => row.environments))].sort();
  const typed = (event: Event) => model.choose({ text: (event.target as HTMLInputElement).value });
  return html`<header>
    <h1 class="unseen">${l10n.t("Health")}</h1>
    <div class="states" role="group" aria-label=${l10n.t("States")}>${allStates.map((state) => chip(model, state))}</div>
    <div class="fields">
      <input
        type="text"
        class="search"
        aria-label=${l10n.t("Filter services")}
        placeholder=${l10n.t("Filter by name, reason, label")}
        .value=${live(drafts.text)}
        @input=${typed}
      />
      ${labels.length === 0 ? nothing : choice(model, "label", l10n.t("Label"), l10n.t("All labels"), labels)}
      ${
        environments.length <= 1 && drafts.environment === ""
          ? nothing
          : choice(model, "environment", l10n.t("Environment"), l10n.t("All environments"), environments)
      }
      ${iconButton({ icon: "add", label: l10n.t("Add Endpoint…"), run: () => model.run("calcifer.health.add"), disabled: !model.able })}
      ${iconButton({ icon: "export", label: l10n.t("Export as CSV…"), run: () => model.run("calcifer.health.export"), disabled: model.state.connection !== "up" })}
    </div>
    <p class="quiet shown" role="status">${count(model)}</p>
  </header>`;
}

function chip(model: HealthModel, state: HealthState): Drawn {
  const { states } = model.drafts;
  const on = states.includes(state);
  const number = model.rows.filter((row) => row.state === state).length;
  const toggle = () => model.choose({ states: on ? states.filter((one) => one !== state) : [...states, state] });
  return html`<button type="button" class="chip" aria-pressed=${on} ?disabled=${number === 0 && !on} @click=${toggle}>
    ${stateIcon(state)}<span>${number} ${stateWord(state)}</span>
  </button>`;
}

function choice(model: HealthModel, key: "label" | "environment", label: string, all: string, values: string[]): Drawn {
  const now = model.drafts[key];
  const chosen = (event: Event) =>
    model.choose({ [key]: (event.target as HTMLSelectElement).value } as Partial<Drafts>);
  const known = now === "" || values.includes(now) ? values : [now, ...values];
  return html`<span class="select"><select aria-label=${label} @change=${chosen}>
    <option value="" .selected=${live(now === "")}>${all}</option>
    ${known.map((value) => html`<option value=${value} .selected=${live(value === now)}>${value}</option>`)}
  </select></span>`;
}

/** Its place is always taken, so that nothing moves when it is said. */
function count(model: HealthModel): Drawn {
  const { rows, visible, filtered } = model;
  if (!filtered) return html`${rows.length === 1 ? l10n.t("1 service") : l10n.t("{0} services", rows.length)}`;
  const { text, states, label, environment } = noDrafts;
  const all = () => model.choose({ text, states, label, environment });
  return html`${l10n.t("{0} of {1} services", visible.length, rows.length)} · ${link(l10n.t("Show all"), all)}`;
}
