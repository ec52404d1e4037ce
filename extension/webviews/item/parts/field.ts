// A text that is edited in place: Enter or leaving it saves, Escape restores, and a conflict shows both.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { type Drawn, icon } from "../../toolkit/browser/elements.ts";
import { refusal } from "../../toolkit/browser/refusal.ts";
import { meet } from "../edits.ts";
import type { ItemModel, Saving } from "../model.ts";

/** With `several` lines Enter makes a new one, and ctrl+Enter saves. */
export interface Field extends Saving {
  label: string;
  id?: string;
  className?: string;
  placeholder?: string;
  describedBy?: string;
  invalid?: boolean;
  /** after Escape, or after it was saved by key */
  left?: () => void;
}

export function field(model: ItemModel, of: Field): Drawn {
  const edit = model.edit(of.name);
  const typed = edit && meet(edit, of.now()) !== "theirs" ? edit.typed : of.now();
  model.bind(of);
  return html`<textarea
    id=${of.id ?? nothing}
    class=${of.className ?? nothing}
    rows="1"
    aria-label=${of.label}
    aria-describedby=${of.describedBy ?? nothing}
    aria-invalid=${of.invalid ? "true" : nothing}
    placeholder=${of.placeholder ?? nothing}
    ?readonly=${!model.editable}
    .value=${live(typed)}
    @input=${(event: Event) => model.type(of.name, of.now(), text(event, of))}
    @keydown=${(event: KeyboardEvent) => key(event, model, of)}
    @blur=${() => void model.save(of.name)}
  ></textarea>`;
}

/** What another client wrote meanwhile, and whose text shall hold. */
export function conflict(model: ItemModel, of: Field): Drawn {
  const { name, now } = of;
  const edit = model.edit(name);
  if (!edit || meet(edit, now()) !== "both") return nothing;
  return html`<div class="conflict" role="group" aria-label=${l10n.t("Two changes of the same text")}>
    <p class="row">${icon("git-compare")}<span>${changedBy(model.state.by)}</span></p>
    <div class="theirs">${now() === "" ? html`<em>${l10n.t("(empty)")}</em>` : now()}</div>
    <p class="row">
      <vscode-button ?disabled=${!model.able} @click=${() => model.keepMine(of)}>${l10n.t("Keep Mine")}</vscode-button>
      <vscode-button secondary @click=${() => model.forget(name)}>${l10n.t("Take Theirs")}</vscode-button>
    </p>
  </div>`;
}

/** Why a field, or a part of the page, could not do what was asked. */
export function fault(model: ItemModel, name: string): Drawn {
  return refusal(model.faults.get(name));
}

function changedBy(by: string | null): string {
  if (by === "cli") return l10n.t("Changed on the command line meanwhile:");
  if (by === "extension") return l10n.t("Changed in another window meanwhile:");
  return l10n.t("Changed elsewhere meanwhile:");
}

function text(event: Event, { several }: Field): string {
  const { value } = event.target as HTMLTextAreaElement;
  return several ? value : value.replaceAll(/\s*\n\s*/g, " ");
}

function key(event: KeyboardEvent, model: ItemModel, of: Field): void {
  const target = event.target as HTMLElement;
  const saves = event.key === "Enter" && !event.isComposing && (!of.several || event.ctrlKey || event.metaKey);
  if (event.key === "Escape") {
    if (model.edit(of.name)) event.stopPropagation();
    model.restore(of.name);
    of.left?.();
  } else if (saves) {
    event.preventDefault();
    // Leaving a field saves it; a field of several lines is gone on with.
    if (of.several) void model.save(of.name).then(() => of.left?.());
    else target.blur();
  }
}
