// The commit message, and the line Calcifer adds to it.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { type Drawn, enterKey } from "../../toolkit/browser/elements.ts";
import type { CommitModel } from "../model.ts";

export function message(model: CommitModel): Drawn {
  const { item } = model.state;
  const type = (event: Event) => model.change({ message: (event.target as HTMLTextAreaElement).value });
  return html`<section>
    <h2><label for="message">${l10n.t("Message")}</label></h2>
    <textarea
      id="message"
      rows="2"
      placeholder=${l10n.t("What changes, and why ({0} commits)", enterKey())}
      aria-describedby="trailer"
      .value=${live(model.draft.message)}
      @input=${type}
    ></textarea>
    ${
      item?.key
        ? html`<p id="trailer" class="quiet" title=${l10n.t("Calcifer adds this line to the message.")}>
          ${l10n.t("Adds")} <code>Work-Item: #${item.id} ${item.key}</code>
        </p>`
        : nothing
    }
  </section>`;
}
