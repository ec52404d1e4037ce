// The document the work has to bring.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import { fault } from "./field.ts";

export function documentPart(model: ItemModel): Drawn {
  const { document: path } = model.item;
  if (path === null) return nothing;
  const there = model.state.documentThere;
  return html`<section aria-labelledby="document-heading">
    <h2 id="document-heading">${l10n.t("Document")}</h2>
    <p class="row document">
      ${icon("file")}
      ${there === false ? html`<code class="quiet">${path}</code>` : link(path, () => openDocument(model))}
    </p>
    ${there === false ? missing(model) : nothing}${fault(model, "document")}
  </section>`;
}

function missing(model: ItemModel): Drawn {
  if (model.item.branch === null)
    return html`<p class="quiet">${l10n.t("It can be written once the work has started.")}</p>`;
  return html`<p class="row">
    <vscode-button secondary ?disabled=${!model.able} @click=${() => void createDocument(model)}>
      ${l10n.t("Create from Template")}
    </vscode-button>
  </p>`;
}

export function openDocument(model: ItemModel): void {
  if (model.item.document !== null) model.open("open", { path: model.item.document });
}

export async function createDocument(model: ItemModel): Promise<void> {
  if (await model.act("document", "work.document", () => ({}))) openDocument(model);
}
