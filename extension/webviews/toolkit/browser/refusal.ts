// Why something that was asked could not be done: the sentence, the reasons, the way on.
import { html, nothing } from "lit";
import type { FaultData } from "../../../../protocol/errors.ts";
import { type Drawn, icon } from "./elements.ts";

export function refusal(found: FaultData | undefined): Drawn {
  if (!found) return nothing;
  const reasons = (found.reasons ?? []).filter(({ message }) => message !== found.message);
  return html`<div class="refusal">
    <p class="row">${icon("error")}<span>${found.message}</span></p>
    ${reasons.length > 0 ? html`<ul>${reasons.map(({ message }) => html`<li>${message}</li>`)}</ul>` : nothing}
    ${found.hint === undefined ? nothing : html`<p class="quiet">${found.hint}</p>`}
  </div>`;
}
