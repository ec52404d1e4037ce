// An incident: what failed, what changed before, what was done, and what can be done. And those that are over.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import { stateIcon } from "../../toolkit/browser/states.ts";
import type { Detail, HealthModel, ShownIncident } from "../model.ts";
import type { Command } from "../words.ts";
import { lasting, moment } from "./said.ts";

export function incident(model: HealthModel): Drawn {
  const found = model.incident;
  if (!found) return nothing;
  return html`<section class="incident ${found.state} ${found.severity}" aria-labelledby="incident-heading">
    <h3 id="incident-heading" class="row">
      ${stateIcon(found.state === "resolved" ? "up" : found.severity)}
      <span class="grow">${l10n.t("Incident {0}", found.id)}: ${found.cause}</span>
    </h3>
    <p class="quiet">${stateWords(found)} · ${l10n.t("began")} ${moment(found.opened)} · ${lasting(found.seconds)}${
      found.times > 1 ? ` · ${l10n.t("failed {0} times", found.times)}` : nothing
    }</p>
    ${found.acknowledged ? html`<p>${l10n.t("Acknowledged")} ${moment(found.acknowledged.at)}: ${found.acknowledged.reason}</p>` : nothing}
    ${found.resolved ? html`<p>${l10n.t("Resolved")} ${moment(found.resolved.at)}: ${found.resolved.reason}</p>` : nothing}
    ${found.blocks.length > 0 ? html`<p class="row">${icon("circle-slash")}<span>${l10n.t("Blocks")} ${names(model, found.blocks)}</span></p>` : nothing}
    ${actions(model, found)}${suspects(model, found)}${timeline(found)}
  </section>`;
}

function stateWords({ state, severity }: ShownIncident): string {
  if (state === "resolved") return l10n.t("resolved");
  const word = severity === "down" ? l10n.t("down") : l10n.t("degraded");
  return state === "acknowledged" ? l10n.t("{0}, acknowledged", word) : word;
}

function names(model: HealthModel, services: string[]): Drawn {
  const shown = services.slice(0, 12);
  const each = shown.map(
    (service, n) => html`${n > 0 ? ", " : nothing}${link(service, () => model.choose({ service, incident: null }))}`,
  );
  return html`${each}${services.length > shown.length ? ` ${l10n.t("and {0} more", services.length - shown.length)}` : nothing}`;
}

function actions(model: HealthModel, { id, state, item }: ShownIncident): Drawn {
  const run = (command: Command) => () => model.run(command, { incident: id });
  const button = (words: string, command: Command, secondary = true) =>
    html`<vscode-button ?secondary=${secondary} ?disabled=${!model.able} aria-disabled=${!model.able} @click=${run(command)}>${words}</vscode-button>`;
  const open = state !== "resolved";
  return html`<div class="actions">
    ${
      item
        ? html`<span>${icon("git-commit")} ${link(`#${item.id} ${item.title}`, () => model.call("item", { id: item.id }))} <span class="quiet">${item.status}</span></span>`
        : html`${button(l10n.t("Open Work Item"), "calcifer.incident.item", false)}${button(l10n.t("Link…"), "calcifer.incident.link")}`
    }
    ${open && state !== "acknowledged" ? button(l10n.t("Acknowledge…"), "calcifer.incident.acknowledge") : nothing}
    ${button(l10n.t("Add Note…"), "calcifer.incident.note")}
    ${open ? button(l10n.t("Resolve…"), "calcifer.incident.resolve") : nothing}
  </div>`;
}

function suspects(model: HealthModel, { suspects: all, service }: ShownIncident): Drawn {
  if (all.length === 0)
    return html`<p class="quiet">${l10n.t("Nothing was merged and nothing went live in the hours before.")}</p>`;
  return html`<h4>${l10n.t("What Changed Before")}</h4>
    <ul class="plain suspects">
      ${all.slice(0, 12).map((suspect) => {
        const { at, how, item, commit, title } = suspect;
        const words = item === null ? title : `#${item} ${title}`;
        const go =
          item !== null
            ? () => model.call("item", { id: item })
            : commit !== null
              ? () => model.call("commit", { service: suspect.service, id: commit })
              : undefined;
        const where = suspect.service === service ? "" : `${suspect.service}, `;
        return html`<li>
          ${icon(how === "live" ? "rocket" : "git-merge")}
          <span class="grow">${go ? link(words, go) : words}</span>
          <span class="quiet">${where}${how === "live" ? l10n.t("live") : l10n.t("merged")} ${moment(at)}</span>
        </li>`;
      })}
    </ul>`;
}

function timeline({ timeline: all }: ShownIncident): Drawn {
  const shown = all.slice(-30);
  return html`<h4>${l10n.t("Timeline")}</h4>
    <ol class="timeline">
      ${shown.map(({ at, text, by }) => html`<li><span class="quiet when">${moment(at)}</span><span>${text} <span class="quiet">${by}</span></span></li>`)}
    </ol>`;
}

/** Those of the range, beside the one that is shown. */
export function past(model: HealthModel, { incidents }: Detail): Drawn {
  const others = incidents.filter(({ id }) => id !== model.incident?.id);
  if (others.length === 0) return nothing;
  const lasted = (opened: string, resolved: string | null) =>
    resolved === null ? l10n.t("open") : lasting((Date.parse(resolved) - Date.parse(opened)) / 1000);
  return html`<section aria-labelledby="past-heading">
    <h3 id="past-heading">${l10n.t("Incidents")}</h3>
    <ul class="plain">
      ${others
        .toSorted((a, b) => Date.parse(b.opened) - Date.parse(a.opened))
        .slice(0, 20)
        .map(
          ({ id, opened, resolved, cause }) =>
            html`<li>
              ${icon("error")} <span class="grow">${link(cause, () => model.choose({ incident: id }))}</span>
              <span class="quiet">${moment(opened)}, ${lasted(opened, resolved)}</span>
            </li>`,
        )}
    </ul>
  </section>`;
}
