// The entry in CHANGES.md: its text, its place, or why there is none.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import type { CommitModel, Preview } from "../model.ts";
import { offersEntry } from "../ready.ts";

export function entry(model: CommitModel): Drawn {
  const { draft, entry: there } = model;
  const toggle = () => model.change({ noEntry: !draft.noEntry });
  return html`<section>
    <h2>${draft.noEntry ? l10n.t("Entry") : html`<label for="entry">${l10n.t("Entry in {0}", file(model.preview))}</label>`}</h2>
    ${draft.noEntry ? reason(model) : nothing}
    ${!draft.noEntry && there !== "none" ? existing(model) : nothing}
    ${offersEntry(draft, there) ? writing(model) : nothing}
    <label class="row check"><input type="checkbox" .checked=${live(draft.noEntry)} @change=${toggle} />${l10n.t("No entry")}</label>
  </section>`;
}

function file(preview: Preview | undefined): string {
  return preview?.file ?? "CHANGES.md";
}

function writing(model: CommitModel): Drawn {
  const type = (event: Event) =>
    model.change({ entry: (event.target as HTMLTextAreaElement).value.replaceAll("\n", " ") });
  return html`<textarea
      id="entry"
      rows="1"
      placeholder=${placeholder(model)}
      .value=${live(model.draft.entry)}
      @keydown=${oneLine}
      @input=${type}
    ></textarea>
    ${sections(model)}${preview(model.preview)}`;
}

function placeholder({ entry, needed }: CommitModel): string {
  if (!needed) return l10n.t("One line for readers, if there is one");
  return entry === "earlier" ? l10n.t("One more line, for this commit") : l10n.t("One line for readers");
}

/** An entry is one line; it is only shown on several. */
function oneLine(event: KeyboardEvent): void {
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
}

function sections(model: CommitModel): Drawn {
  const { section } = model.draft;
  // One that was chosen and is no longer offered is still what holds.
  const all = [...new Set([...(model.preview?.sections ?? []), section])].filter((one) => one !== "");
  if (all.length === 0) return nothing;
  const choose = (event: Event) => model.change({ section: (event.target as HTMLSelectElement).value });
  return html`<span class="select"><select aria-label=${l10n.t("Under")} @change=${choose}>
    <option value="" .selected=${live(section === "")}>${l10n.t("No sub-heading")}</option>
    ${all.map((one) => html`<option value=${one} .selected=${live(one === section)}>${one}</option>`)}
  </select></span>`;
}

function preview(shown: Preview | undefined): Drawn {
  if (!shown || shown.line === null || !shown.lines.some(({ added }) => added)) return nothing;
  return html`<div class="preview" role="group" aria-label=${l10n.t("{0} afterwards", shown.file)} tabindex="0">
    ${withoutMargins(shown.lines).map(({ text, added }) => (added ? html`<ins>${text || " "}</ins>` : html`<span>${text || " "}</span>`))}
  </div>`;
}

/** Empty lines at either end show nothing. */
function withoutMargins(lines: Preview["lines"]): Preview["lines"] {
  const says = ({ text, added }: Preview["lines"][number]) => added || text.trim() !== "";
  return lines.slice(lines.findIndex(says), lines.findLastIndex(says) + 1);
}

function existing(model: CommitModel): Drawn {
  const another = () => model.change({ another: true });
  return html`<ul class="existing">
      ${model.preview?.existing.map(
        ({ text, line }) => html`<li class="row">${icon("check")}${link(text, () => open(model, line))}</li>`,
      )}
    </ul>
    ${model.draft.another || model.entry === "earlier" ? nothing : html`<p class="row">${link(l10n.t("Add another entry"), another)}</p>`}`;
}

function open(model: CommitModel, line: number): void {
  model.open("entry", { file: file(model.preview), line });
}

function reason(model: CommitModel): Drawn {
  const type = (event: Event) => model.change({ reason: (event.target as HTMLInputElement).value });
  return html`<input
      type="text"
      id="reason"
      aria-label=${l10n.t("Why there is no entry")}
      aria-describedby="reason-help"
      placeholder=${l10n.t("Why readers need not know")}
      maxlength="500"
      .value=${live(model.draft.reason)}
      @input=${type}
    />
    <p id="reason-help" class="quiet">${l10n.t("Recorded with the commit as a waiver.")}</p>`;
}
