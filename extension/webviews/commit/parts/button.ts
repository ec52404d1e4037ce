// The Commit button, why it does not work, and why a commit was refused.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import type { FaultData } from "../../../../protocol/errors.ts";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import type { CommitModel } from "../model.ts";
import { chosen } from "../ready.ts";

export function button(model: CommitModel): Drawn {
  return html`<div class="act">${model.running ? running(model.running) : commit(model)}${refusal(model)}${outcome(model)}</div>`;
}

export function outcome(model: CommitModel): Drawn {
  return model.outcome === undefined ? nothing : html`<p class="outcome">${icon("check")}${model.outcome}</p>`;
}

function commit(model: CommitModel): Drawn {
  const { obstacles, state, draft } = model;
  const count = chosen(state.files, draft).length;
  const words = count === 1 ? l10n.t("Commit 1 File") : l10n.t("Commit {0} Files", count);
  return html`<vscode-button
      block
      ?disabled=${obstacles.length > 0}
      aria-disabled=${obstacles.length > 0}
      aria-describedby="obstacles"
      @click=${() => void model.commit()}
    >${count === 0 ? l10n.t("Commit") : words}</vscode-button>
    ${obstacles.length > 0 ? html`<p id="obstacles" class="quiet">${obstacles.join(" ")}</p>` : nothing}`;
}

function running({ abort, progress }: NonNullable<CommitModel["running"]>): Drawn {
  return html`<div class="row running">
    ${icon("loading", "codicon-modifier-spin")}<span class="grow" role="status">${progress}</span>
    <vscode-button secondary @click=${() => abort.abort()}>${l10n.t("Cancel")}</vscode-button>
  </div>`;
}

function refusal(model: CommitModel): Drawn {
  if (!model.refusal) return nothing;
  const { message, reasons = [], hint } = model.refusal;
  const others = reasons.filter((reason) => reason.message !== message || reason.next !== undefined);
  return html`<div class="refusal">
    <p class="row">${icon("error")}<span>${message}</span></p>
    ${others.length > 0 ? html`<ul>${others.map((reason) => why(reason, message))}</ul>` : nothing}
    ${hint === undefined ? nothing : html`<p class="quiet">${hint}</p>`}
  </div>`;
}

type Reason = NonNullable<FaultData["reasons"]>[number];

function why({ check, message, next }: Reason, first: string): Drawn {
  return html`<li>${message === first ? nothing : html`<span>${message}</span> `}${wayOut(check, next)}</li>`;
}

/** In this view where it can be done here, else the command. */
function wayOut(check: string, next: string | undefined): Drawn {
  const focus = (id: string) => () => document.getElementById(id)?.focus();
  if (check === "entry")
    return link(l10n.t("Write the entry"), focus(document.getElementById("entry") ? "entry" : "reason"));
  return next === undefined ? nothing : html`<code>${next}</code>`;
}
