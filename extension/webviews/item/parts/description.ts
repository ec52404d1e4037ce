// The description: rendered, until somebody edits it.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { type Drawn, enterKey, iconButton, link } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import { conflict, type Field, fault, field } from "./field.ts";

const id = "description";

export function description(model: ItemModel): Drawn {
  const editing = model.edit(id) !== undefined;
  const begin = () => {
    model.type(id, model.item.description, model.item.description);
    document.getElementById(id)?.focus();
  };
  return html`<section aria-labelledby="description-heading">
    <h2 id="description-heading" class="row">
      <span class="grow">${l10n.t("Description")}</span>
      ${editing || !model.editable ? nothing : iconButton({ icon: "edit", label: l10n.t("Edit description"), run: begin })}
    </h2>
    ${editing ? editor(model) : rendered(model, begin)}
    ${fault(model, id)}
  </section>`;
}

function editor(model: ItemModel): Drawn {
  const of: Field = {
    name: id,
    id,
    label: l10n.t("Description"),
    several: true,
    className: "writing",
    describedBy: "description-help",
    now: () => model.item.description,
    save: (text) => model.act(id, "work.edit", () => ({ description: text })),
    left: () => document.querySelector<HTMLElement>("#description-heading button")?.focus(),
  };
  return html`${field(model, of)}
    <p id="description-help" class="quiet">${l10n.t("Markdown. {0} saves, Escape restores.", enterKey())}</p>
    ${conflict(model, of)}`;
}

function rendered(model: ItemModel, begin: () => void): Drawn {
  const { description: now } = model.item;
  if (now === "")
    return model.editable
      ? html`<p>${link(l10n.t("Add a description…"), begin)}</p>`
      : html`<p class="quiet">${l10n.t("None.")}</p>`;
  const click = (event: MouseEvent) => {
    const anchor = (event.target as Element).closest("a");
    if (anchor) follow(model, event, anchor);
    // Who marks a text does not want to edit it.
    else if (model.editable && getSelection()?.isCollapsed) begin();
  };
  // Made by the host from Markdown, without any HTML of its author's; the page's policy runs no script of it either.
  return html`<div class="markdown ${model.editable ? "editable" : ""}" @click=${click}>${unsafeHTML(model.state.description)}</div>`;
}

/** By the host, which knows where a path leads. VS Code's own listener further up would open it a second time. */
function follow(model: ItemModel, event: MouseEvent, anchor: Element): void {
  event.preventDefault();
  event.stopPropagation();
  model.open("link", { href: anchor.getAttribute("href") ?? "" });
}
