// What an item has to do with others, and documents that mention what its branch touches.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, iconButton, link } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import type { Shown } from "../words.ts";

type Related = Shown["parts"][number];

const kinds: Record<Shown["relations"][number]["kind"], () => string> = {
  "depends on": () => l10n.t("Depends on"),
  blocks: () => l10n.t("Blocks"),
  "relates to": () => l10n.t("Relates to"),
};

const statuses: Record<Related["status"], () => string> = {
  planned: () => l10n.t("planned"),
  active: () => l10n.t("active"),
  done: () => l10n.t("done"),
  dropped: () => l10n.t("dropped"),
};

export function together(model: ItemModel): Drawn {
  const { parent, parts, relations } = model.item;
  const rows: [string, Related][] = [
    ...(parent ? [[l10n.t("Part of"), parent] as [string, Related]] : []),
    ...relations.map((one): [string, Related] => [kinds[one.kind](), one]),
    ...parts.map((one): [string, Related] => [l10n.t("Has the part"), one]),
  ];
  const add = iconButton({
    icon: "add",
    label: l10n.t("Relate to another item"),
    run: () => model.run("calcifer.work.relate"),
    disabled: !model.able,
  });
  if (rows.length === 0 && !model.able) return nothing;
  return html`<section class="together" aria-labelledby="together-heading">
    <h2 id="together-heading" class="row"><span class="grow">${l10n.t("Belongs Together")}</span>${add}</h2>
    ${rows.length === 0 ? nothing : html`<ul class="rows">${rows.map(([kind, one]) => row(model, kind, one))}</ul>`}
  </section>`;
}

function row(model: ItemModel, kind: string, { id, title, status }: Related): Drawn {
  return html`<li class="related">
    <span class="quiet">${kind}</span>
    ${link(`#${id} ${title}`, () => model.open("item", { id }))}
    <span class="quiet">${statuses[status]()}</span>
  </li>`;
}

/** Only those that the branch has not brought up to date itself. */
export function mentions(model: ItemModel): Drawn {
  const documents = (model.state.touched ?? []).filter(({ edited }) => !edited);
  if (documents.length === 0) return nothing;
  return html`<section aria-labelledby="mentions-heading">
    <h2 id="mentions-heading">${l10n.t("Documents That Mention These Files")} <span class="quiet">${documents.length}</span></h2>
    <ul class="rows">
      ${documents.slice(0, 20).map(
        ({ path, title, mentions: all }) => html`<li class="row">
          ${link(title, () => model.open("open", { path, ...(all[0] && { line: all[0].line }) }))}
          <span class="quiet grow">${[...new Set(all.map(({ file }) => file))].slice(0, 3).join(", ")}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}
