// What the Commit view says when there is nothing to commit, or not here.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, link } from "../../toolkit/browser/elements.ts";
import type { CommitModel } from "../model.ts";
import type { Command } from "../words.ts";

export function nothingToCommit(model: CommitModel): Drawn {
  const { ready } = model.state;
  const finish = () => run(model, "calcifer.work.finish");
  return html`<section class="welcome">
    <p>${l10n.t("Nothing is uncommitted.")}</p>
    ${
      ready
        ? html`<p>${l10n.t("Every check says yes, so this work can be merged.")}</p>
          <vscode-button block @click=${finish}>${l10n.t("Merge & Complete")}</vscode-button>`
        : html`<p>${l10n.t("Change a file in this repository, and it appears here.")}</p>`
    }
  </section>`;
}

export function notThisBranch(model: CommitModel): Drawn {
  const { branch, trunk, trusted, connection, service } = model.state;
  if (service === null)
    return html`<section class="welcome"><p>${l10n.t("This repository is no service of Calcifer.")}</p></section>`;
  const able = trusted && connection === "up";
  const onTrunk = branch === trunk;
  return html`<section class="welcome">
    <p>${
      onTrunk
        ? l10n.t("{0} is the trunk. Changes are made on a work item's branch.", trunk ?? "")
        : l10n.t("{0} belongs to no work item.", branch ?? l10n.t("A detached HEAD"))
    }</p>
    <vscode-button block ?disabled=${!able} @click=${() => run(model, "calcifer.work.start")}>
      ${l10n.t("Start an Item…")}
    </vscode-button>
    ${onTrunk || branch === null ? nothing : html`<p>${link(l10n.t("Adopt this branch"), () => run(model, "calcifer.work.adopt"), !able)}</p>`}
  </section>`;
}

function run(model: CommitModel, command: Command): void {
  model.open("run", { command });
}
