// The endpoints of a service: how each stands, what it said last, and what can be done with it.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { type Drawn, icon, iconButton, link } from "../../toolkit/browser/elements.ts";
import { standing, stateIcon } from "../../toolkit/browser/states.ts";
import type { Detail, HealthModel, Series } from "../model.ts";
import { interval, milliseconds, moment, percent } from "./said.ts";

export function endpoints(model: HealthModel, { series }: Detail): Drawn {
  return html`<section aria-labelledby="endpoints-heading">
    <h3 id="endpoints-heading">${l10n.t("Endpoints")}</h3>
    <ul class="endpoints">
      ${repeat(
        series,
        ({ endpoint }) => endpoint.id,
        (one) => html`<li>${card(model, one)}</li>`,
      )}
    </ul>
  </section>`;
}

function card(model: HealthModel, of: Series): Drawn {
  const { endpoint } = of;
  const { service, page } = endpoint;
  return html`<div class="endpoint-head">
      ${stateIcon(endpoint.state)}
      <strong class="name">${endpoint.name}</strong>
      <span class="quiet">${standing(endpoint)}</span>
      <span class="grow"></span>
      ${actions(model, of)}
    </div>
    <p class="target"><code>${endpoint.target}</code></p>
    <p class="quiet">${endpoint.environment} · ${interval(endpoint.interval)}${item(model, of)}${
      page === null
        ? nothing
        : html` · ${link(l10n.t("Document"), () => model.call("document", { service, path: page }))}`
    }</p>
    ${last(of)}${figures(of)}`;
}

function item(model: HealthModel, { endpoint: { item: id } }: Series): Drawn {
  return id === null ? nothing : html` · ${link(`#${id}`, () => model.call("item", { id }))}`;
}

function actions(model: HealthModel, { endpoint }: Series): Drawn {
  const { id, name, paused } = endpoint;
  const disabled = !model.able;
  const run = (command: Parameters<HealthModel["run"]>[0]) => () => model.run(command, { endpoint: id });
  const checks = model.checking.has(id);
  return html`${iconButton({
    icon: checks ? "loading codicon-modifier-spin" : "refresh",
    label: l10n.t("Check {0} now", name),
    run: () => void model.check(endpoint),
    disabled: disabled || checks,
  })}
  ${
    paused
      ? iconButton({
          icon: "debug-start",
          label: l10n.t("Resume {0}", name),
          run: () => void model.resume(id),
          disabled,
        })
      : iconButton({
          icon: "debug-pause",
          label: l10n.t("Pause {0}…", name),
          run: run("calcifer.health.pause"),
          disabled,
        })
  }
  ${iconButton({ icon: "edit", label: l10n.t("Edit {0}…", name), run: run("calcifer.health.edit"), disabled })}
  ${iconButton({ icon: "trash", label: l10n.t("Remove {0}…", name), run: run("calcifer.health.remove"), disabled })}`;
}

function last({ endpoint }: Series): Drawn {
  const { paused, last: outcome, why } = endpoint;
  if (paused)
    return html`<p>${icon("debug-pause")} ${l10n.t("Paused")} ${moment(paused.at)}${paused.reason === "" ? nothing : `: ${paused.reason}`}</p>`;
  if (!outcome) return html`<p class="quiet">${why === "" ? l10n.t("Not checked yet.") : why}</p>`;
  return html`<p>${outcome.why} <span class="quiet">${moment(outcome.at)}</span></p>
    ${why === outcome.why || why === "" ? nothing : html`<p class="quiet">${why}</p>`}
    ${certificate(outcome.certificateDays)}`;
}

function certificate(left: number | null): Drawn {
  if (left === null || left > 30) return nothing;
  const words = left < 0 ? l10n.t("The certificate is expired.") : l10n.t("The certificate has {0} days left.", left);
  return html`<p>${icon("warning", "icon-unknown")} ${words}</p>`;
}

function figures({ uptime, p50, p95, endpoint }: Series): Drawn {
  const figure = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="figures" aria-label=${l10n.t("Figures of {0}", endpoint.name)}>
    ${figure(l10n.t("24 h"), percent(uptime["24h"]))} ${figure(l10n.t("7 d"), percent(uptime["7d"]))}
    ${figure(l10n.t("30 d"), percent(uptime["30d"]))} ${figure(l10n.t("90 d"), percent(uptime["90d"]))}
    ${figure(l10n.t("Median"), milliseconds(p50))} ${figure(l10n.t("95 %"), milliseconds(p95))}
  </dl>`;
}
