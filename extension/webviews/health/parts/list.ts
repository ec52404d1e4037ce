// All services, one row each. Hundreds of rows cost only what is in sight: see `content-visibility` in page.css.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Drawn } from "../../toolkit/browser/elements.ts";
import { standing, stateIcon, stateWord } from "../../toolkit/browser/states.ts";
import type { HealthModel } from "../model.ts";
import type { Row } from "../words.ts";
import { days, daysInWords, dayTitle, spark } from "./drawing.ts";
import { milliseconds, moment, percent } from "./said.ts";

/** More than a high window shows. */
const firstRows = 60;

export function list(model: HealthModel): Drawn {
  const all = model.visible;
  const rows = model.whole ? all : all.slice(0, firstRows);
  if (!model.whole) setTimeout(() => model.drawWhole());
  // One stop for the tabulator; arrows go on from there.
  const stop = all.find(({ service }) => service === model.drafts.service) ?? all[0];
  const chosen = model.open;
  const scrolled = (event: Event) => model.scrolled((event.currentTarget as HTMLElement).scrollTop);
  return html`<div class="list-pane">
    <div class="head" aria-hidden="true">
      <span>${l10n.t("Service")}</span><span class="cell-uptime">${l10n.t("24 h")}</span
      ><span class="cell-spark">${l10n.t("Response, 24 h")}</span><span class="cell-days">${l10n.t("30 days")}</span>
    </div>
    <div
      id="services"
      class="list"
      role="listbox"
      aria-label=${l10n.t("Services")}
      @keydown=${(event: KeyboardEvent) => key(event, model)}
      @pointermove=${(event: PointerEvent) => tellDay(event, model)}
      @scrollend=${scrolled}
    >
      ${repeat(
        rows,
        ({ service }) => service,
        (each) => guard([each, each === stop, each === chosen], () => row(model, each, each === stop, each === chosen)),
      )}
    </div>
    ${rows.length === 0 ? html`<p class="quiet none">${l10n.t("No service fits the filter.")}</p>` : nothing}
  </div>`;
}

function row(model: HealthModel, of: Row, stop: boolean, chosen: boolean): Drawn {
  const { service, uptime } = of;
  return html`<div
    class="service"
    role="option"
    tabindex=${stop ? 0 : -1}
    aria-selected=${chosen}
    aria-description=${of.endpoints === 0 ? nothing : daysInWords(of)}
    data-service=${service}
    @click=${() => model.choose({ service, incident: null })}
  >
    <span class="cell-name">
      ${stateIcon(of.state)}<span class="unseen">${stateWord(of.state)}</span>
      <span class="name" title=${service}>${service}</span>
      <span class="why quiet" title=${of.why}>${because(of)}</span>
    </span>
    <span class="cell-uptime">${percent(of.endpoints === 0 ? null : uptime)}</span>
    <span class="cell-spark" title=${lastMedian(of)}>${spark(of)}</span>
    <span class="cell-days">${days(of)}</span>
  </div>`;
}

function because(of: Row): Drawn {
  if (of.endpoints === 0) return html`${l10n.t("no endpoints")}`;
  if (of.state === "up") return nothing;
  return html`${standing(of)}${of.since === null ? nothing : html` ${l10n.t("since")} ${moment(of.since)}`} · ${of.why}`;
}

const lastMedian = ({ spark: values }: Row): string =>
  l10n.t("Median of the last hour: {0}", milliseconds(values.at(-1) ?? null));

/** The day below the pointer, as a tooltip: a title for each would be 30 elements in each of 500 rows. */
function tellDay(event: PointerEvent, model: HealthModel): void {
  const bars = (event.target as Element).closest?.("svg.days");
  const name = bars?.closest<HTMLElement>(".service")?.dataset.service;
  const of = model.rows.find(({ service }) => service === name);
  if (!bars || !of) return;
  const { left, width } = bars.getBoundingClientRect();
  const title = dayTitle(of, (event.clientX - left) / width);
  const cell = bars.parentElement as HTMLElement;
  if (cell.title !== title) cell.title = title;
}

function key(event: KeyboardEvent, model: HealthModel): void {
  const at = event.target as HTMLElement;
  if (event.key === "Enter" || event.key === " ") at.click();
  else if (!move(event.key, at)) return;
  event.preventDefault();
  if (event.key === "Enter" && model.drafts.service !== null)
    requestAnimationFrame(() => document.getElementById("detail")?.focus());
}

function move(key: string, at: HTMLElement): boolean {
  const all = at.parentElement?.children;
  const page = 10;
  const from = [...(all ?? [])].indexOf(at);
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -from,
    End: Infinity,
  };
  const step = steps[key];
  if (step === undefined || !all) return false;
  const to = all[Math.max(0, Math.min(all.length - 1, from + step))] as HTMLElement | undefined;
  to?.focus();
  return true;
}
