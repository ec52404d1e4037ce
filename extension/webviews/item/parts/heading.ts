// The title, where the work stands, and what can be done with it next.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, iconButton } from "../../toolkit/browser/elements.ts";
import type { ItemModel } from "../model.ts";
import type { Command, ItemState } from "../words.ts";
import { conflict, type Field, fault, field } from "./field.ts";

export function heading(model: ItemModel): Drawn {
  const { item } = model;
  const title: Field = {
    name: "title",
    label: l10n.t("Title"),
    className: "title",
    now: () => model.item.title,
    save: (text) => model.act("title", "work.edit", () => ({ title: text })),
  };
  return html`<header>
    <h1 class="unseen">#${item.id} ${item.title}</h1>
    <div class="title-row"><span class="number" aria-hidden="true">#${item.id}</span>${field(model, title)}</div>
    ${conflict(model, title)}${fault(model, "title")}
    <div class="actions">
      <vscode-badge class="status-${item.status}">${statusName(model.state)}</vscode-badge>
      <span class="grow"></span>
      ${buttons(model)}${more(model)}
    </div>
    ${whyNot(model)}${fault(model, "page")}
  </header>`;
}

export function statusName({ item }: ItemState): string {
  if (item?.status === "planned") return l10n.t("Planned");
  if (item?.status === "active") return l10n.t("Active");
  if (item?.status === "dropped") return l10n.t("Dropped");
  return item?.merged?.pushed === false ? l10n.t("Done, not pushed") : l10n.t("Done");
}

function buttons(model: ItemModel): Drawn {
  const { status, merged } = model.item;
  if (status === "planned") return button(model, l10n.t("Start"), "calcifer.work.start");
  if (status === "dropped") return button(model, l10n.t("Restore"), "calcifer.work.restore");
  if (status === "done")
    return merged?.pushed === false ? button(model, l10n.t("Push"), "calcifer.work.push") : nothing;
  return html`${button(model, l10n.t("Commit…"), "calcifer.work.commit", { secondary: true })}
    ${button(model, l10n.t("Update from {0}", trunk(model)), "calcifer.work.update", { secondary: true })}
    ${button(model, l10n.t("Merge & Complete"), "calcifer.work.finish", { blocked: blocked(model) })}`;
}

function trunk({ state }: ItemModel): string {
  return state.diff?.trunk ?? l10n.t("Trunk");
}

interface Look {
  secondary?: boolean;
  blocked?: string | undefined;
}

function button(model: ItemModel, words: string, command: Command, { secondary = false, blocked }: Look = {}): Drawn {
  const disabled = !model.able || blocked !== undefined;
  // A button that is off takes no pointer, so its tooltip is its frame's.
  return html`<span title=${blocked ?? nothing}><vscode-button
    ?secondary=${secondary}
    ?disabled=${disabled}
    aria-disabled=${disabled}
    aria-describedby=${blocked === undefined ? nothing : "why-not"}
    @click=${() => model.run(command)}
  >${words}</vscode-button></span>`;
}

/** Why the work cannot be merged. */
function blocked({ state }: ItemModel): string | undefined {
  const { verdict, connection } = state;
  if (!verdict)
    return connection === "up" ? l10n.t("What stands between this work and the trunk is not known yet.") : undefined;
  if (verdict.state !== "no") return verdict.state === "yes" ? undefined : verdict.line;
  // Which they are stands beside it.
  const left = verdict.checks.filter(({ state: is, required }) => required && is === "no").length;
  return left === 1
    ? l10n.t("1 thing to do before it can be merged.")
    : l10n.t("{0} things to do before it can be merged.", left);
}

function whyNot(model: ItemModel): Drawn {
  const sentence = model.item.status === "active" && model.able ? blocked(model) : undefined;
  return sentence === undefined ? nothing : html`<p id="why-not" class="quiet why-not">${sentence}</p>`;
}

function more(model: ItemModel): Drawn {
  const { status } = model.item;
  const entries: [string, Command][] = [
    ...(status === "planned" || status === "active"
      ? [[l10n.t("Drop…"), "calcifer.work.drop"] as [string, Command]]
      : []),
    [l10n.t("Delete…"), "calcifer.work.delete"],
  ];
  const close = () => document.getElementById("more")?.hidePopover();
  const run = (command: Command) => {
    close();
    model.run(command);
  };
  const open = () => document.getElementById("more")?.togglePopover();
  return html`<span class="menu-anchor">
    ${iconButton({ icon: "ellipsis", label: l10n.t("More Actions…"), run: open, more: "menu-button" })}
    <div id="more" class="menu" popover>
      ${entries.map(
        ([words, command]) =>
          html`<button type="button" ?disabled=${!model.able} @click=${() => run(command)}>${words}</button>`,
      )}
    </div>
  </span>`;
}
