// Where the commit goes: repository, branch, work item.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { type Drawn, icon, link } from "../../toolkit/browser/elements.ts";
import type { CommitModel } from "../model.ts";

export function heading(model: CommitModel): Drawn {
  const { branch, item, repos } = model.state;
  return html`<header class="heading">
    ${repos.length > 1 ? repository(model) : nothing}
    ${item ? html`<p class="item">${link(`#${item.id} ${item.title}`, () => show(model))}</p>` : nothing}
    ${branch === null ? nothing : html`<p class="branch" title=${branch}>${icon("git-branch")}<span>${branch}</span></p>`}
  </header>`;
}

function repository(model: CommitModel): Drawn {
  const { repos, repo } = model.state;
  const choose = (event: Event) => {
    const chosen = (event.target as HTMLSelectElement).value;
    model.open("choose", { repo: chosen });
  };
  return html`<span class="select"><select aria-label=${l10n.t("Repository")} @change=${choose}>
    ${repos.map((one) => html`<option value=${one.repo} .selected=${live(one.repo === repo)}>${one.name}</option>`)}
  </select></span>`;
}

function show(model: CommitModel): void {
  model.open("run", { command: "calcifer.work.show" });
}
