// One service: its incident, what it answered over time, its endpoints.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, icon, iconButton, link } from "../../toolkit/browser/elements.ts";
import { refusal } from "../../toolkit/browser/refusal.ts";
import { standing, stateIcon } from "../../toolkit/browser/states.ts";
import { type Detail, type HealthModel, type Range, ranges } from "../model.ts";
import type { Row } from "../words.ts";
import { chart } from "./chart.ts";
import { endpoints } from "./endpoints.ts";
import { incident, past } from "./incident.ts";
import { moment } from "./said.ts";

export function detail(model: HealthModel): Drawn {
  const { open, drafts } = model;
  if (drafts.service === null) return nothing;
  const found = model.detail?.service === drafts.service ? model.detail.found : undefined;
  const leave = (event: KeyboardEvent) => event.key === "Escape" && close(model);
  return html`<section id="detail" class="detail" tabindex="-1" aria-labelledby="detail-heading" @keydown=${leave}>
    <div class="detail-head">
      <h2 id="detail-heading" class="grow">${drafts.service}</h2>
      ${iconButton({ icon: "add", label: l10n.t("Add Endpoint…"), run: () => model.run("calcifer.health.add", { service: drafts.service ?? "" }), disabled: !model.able })}
      ${iconButton({ icon: "export", label: l10n.t("Export as CSV…"), run: () => exportRange(model), disabled: model.state.connection !== "up" })}
      ${iconButton({ icon: "close", label: l10n.t("Close"), run: () => close(model), more: "close" })}
    </div>
    ${refusal(model.fault)}
    ${open ? state(model, open) : html`<p class="quiet">${l10n.t("This service is not there any more.")}</p>`}
    ${incident(model)}
    ${open && open.endpoints > 0 ? history(model, found) : nothing}
    ${found ? html`${endpoints(model, found)}${past(model, found)}${deploys(found)}` : nothing}
  </section>`;
}

/** The focus goes back to the row it came from. */
function close(model: HealthModel): void {
  const { service } = model.drafts;
  model.choose({ service: null, incident: null });
  document.querySelector<HTMLElement>(`.service[data-service="${CSS.escape(service ?? "")}"]`)?.focus();
}

function exportRange(model: HealthModel): void {
  const { service, range } = model.drafts;
  model.run("calcifer.health.export", { service: service ?? "", since: range });
}

function state(model: HealthModel, of: Row): Drawn {
  if (of.endpoints === 0)
    return html`<p>${l10n.t("Nothing of this service is watched yet.")}</p>
      <div><vscode-button ?disabled=${!model.able} @click=${() => model.run("calcifer.health.add", { service: of.service })}>${l10n.t("Add Endpoint…")}</vscode-button></div>`;
  const { blockedBy } = of;
  const to = blockedBy !== null && model.rows.some(({ service }) => service === blockedBy);
  return html`<p class="state">
      ${stateIcon(of.state)} <strong>${standing(of)}</strong>
      ${of.since === null ? nothing : html`<span class="quiet">${l10n.t("since")} ${moment(of.since)}</span>`}
      ${to ? link(l10n.t("Show {0}", blockedBy), () => model.choose({ service: blockedBy, incident: null })) : nothing}
    </p>
    ${of.why === "" || model.incident?.cause.endsWith(of.why) ? nothing : html`<p class="quiet">${of.why}</p>`}
    ${of.labels.length === 0 ? nothing : html`<p class="labels quiet">${icon("tag")} ${of.labels.join(", ")}</p>`}`;
}

function history(model: HealthModel, found: Detail | undefined): Drawn {
  const words: Record<Range, string> = {
    "1h": l10n.t("1 hour"),
    "6h": l10n.t("6 hours"),
    "24h": l10n.t("24 hours"),
    "7d": l10n.t("7 days"),
    "30d": l10n.t("30 days"),
    "90d": l10n.t("90 days"),
  };
  const button = (range: Range) =>
    html`<button
      type="button"
      class="range"
      title=${words[range]}
      aria-pressed=${model.drafts.range === range}
      @click=${() => model.choose({ range })}
    >${range}</button>`;
  return html`<section aria-labelledby="response-heading">
    <div class="row">
      <h3 id="response-heading" class="grow">${l10n.t("Response Time")}</h3>
      <div class="ranges" role="group" aria-label=${l10n.t("Range")}>${ranges.map(button)}</div>
    </div>
    ${chart(found)}
  </section>`;
}

function deploys({ deploys: all }: Detail): Drawn {
  if (all.length === 0) return nothing;
  return html`<section aria-labelledby="deploys-heading">
    <h3 id="deploys-heading">${l10n.t("Went Live")}</h3>
    <ul class="plain">
      ${all
        .slice(-10)
        .reverse()
        .map(
          ({ at, version, environment }) =>
            html`<li>${icon("rocket")} <code>${version}</code> <span class="quiet">${environment}, ${moment(at)}</span></li>`,
        )}
    </ul>
  </section>`;
}
