// What went wrong with the last thing that was asked.
import { html, nothing } from "lit";
import { type Drawn, icon } from "../../toolkit/browser/elements.ts";
import type { HealthModel } from "../model.ts";

export function fault({ fault: found }: HealthModel): Drawn {
  if (!found) return nothing;
  const reasons = (found.reasons ?? []).filter(({ message }) => message !== found.message);
  return html`<div class="refusal">
    <p class="row">${icon("error")}<span>${found.message}</span></p>
    ${reasons.length > 0 ? html`<ul>${reasons.map(({ message }) => html`<li>${message}</li>`)}</ul>` : nothing}
    ${found.hint === undefined ? nothing : html`<p class="quiet">${found.hint}</p>`}
  </div>`;
}
