// The notes, and how many characters they may still have.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { personCount } from "../../../../protocol/count.ts";
import type { Drawn } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import { conflict, type Field, fault, field } from "./field.ts";

const most = 2000;

export function notes(model: ItemModel): Drawn {
  const typed = model.edit("notes")?.typed ?? model.item.notes;
  const count = personCount(typed);
  const over = count > most;
  const of: Field = {
    name: "notes",
    id: "notes",
    label: l10n.t("Notes"),
    several: true,
    className: "writing",
    describedBy: over ? "notes-count notes-over" : "notes-count",
    invalid: over,
    placeholder: l10n.t("What a reader should know afterwards"),
    now: () => model.item.notes,
    // The text stays in the field; what does not fit is not sent.
    save: async (text) => personCount(text) <= most && (await model.act("notes", "work.note", () => ({ text }))),
  };
  const number = (n: number) => n.toLocaleString(document.documentElement.lang || "en");
  return html`<section aria-labelledby="notes-heading">
    <h2 id="notes-heading" class="row">
      <span class="grow">${l10n.t("Notes")}</span>
      <span id="notes-count" class=${over ? "over" : "quiet"}>${l10n.t("{0} / {1}", number(count), number(most))}</span>
    </h2>
    ${field(model, of)}
    ${
      over
        ? html`<p id="notes-over" class="over" role="alert">
          ${l10n.t("{0} characters too many: the notes are not saved until they fit.", number(count - most))}
        </p>`
        : nothing
    }
    ${conflict(model, of)}${fault(model, "notes")}
  </section>`;
}
