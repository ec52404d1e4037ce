// What the branch brings: commits, files, entries.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { type Drawn, link } from "../../toolkit/browser/elements.ts";
import { decoration } from "../../toolkit/browser/git-state.ts";
import type { ItemModel } from "../model.ts";
import type { ItemState } from "../words.ts";

type Diff = NonNullable<ItemState["diff"]>;
type Commit = Diff["commits"][number];
type File = Diff["files"][number];

export function entries(model: ItemModel): Drawn {
  const all = model.state.diff?.entries ?? [];
  if (all.length === 0) return nothing;
  return html`<section aria-labelledby="entries-heading">
    <h2 id="entries-heading">${l10n.t("Entries")}</h2>
    <ul class="entries">
      ${all.map(
        ({ text, section, line }) => html`<li>
          ${link(text, () => model.open("entry", { line }))}
          ${section === undefined ? nothing : html`<span class="quiet">${section}</span>`}
        </li>`,
      )}
    </ul>
  </section>`;
}

export function files(model: ItemModel): Drawn {
  const { diff } = model.state;
  if (!diff || diff.files.length === 0) return nothing;
  const all = () => model.open("diffAll", {});
  return html`<section aria-labelledby="files-heading">
    <h2 id="files-heading" class="row">
      <span class="grow">${l10n.t("Files Changed")} <span class="quiet">${diff.files.length}</span></span>
      ${link(l10n.t("Open All Changes"), all)}
    </h2>
    <ul class="rows">${diff.files.map((file) => fileRow(model, file))}</ul>
    ${diff.truncated ? html`<p class="quiet">${l10n.t("There are more than are shown here.")}</p>` : nothing}
  </section>`;
}

function fileRow(model: ItemModel, { path, from, state, added, deleted }: File): Drawn {
  const { letter, name, className } = decoration(state);
  const at = path.lastIndexOf("/");
  const whole = from === undefined ? path : l10n.t("{0} from {1}", path, from);
  return html`<li class="row">
    <button type="button" class="file" title="${whole} • ${name}" @click=${() => model.open("diff", { path })}>
      <span class="name ${className}">${path.slice(at + 1)}</span>
      <span class="folder">${path.slice(0, Math.max(at, 0))}</span>
      <span class="unseen">${name}</span>
    </button>
    ${
      added === null
        ? nothing
        : html`<span class="lines"><span class="git-added">+${added}</span> <span class="git-deleted">−${deleted}</span></span>`
    }
    <span class="letter ${className}" aria-hidden="true">${letter}</span>
  </li>`;
}

export function commits(model: ItemModel): Drawn {
  const all = model.state.diff?.commits ?? model.item.commits;
  if (all.length === 0) return nothing;
  return html`<section aria-labelledby="commits-heading">
    <h2 id="commits-heading">${l10n.t("Commits")} <span class="quiet">${all.length}</span></h2>
    <ul class="rows">${all.map((commit) => commitRow(model, commit))}</ul>
  </section>`;
}

function commitRow(model: ItemModel, { id, subject, author, at }: Commit): Drawn {
  const when = new Date(at).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
  return html`<li class="row">
    <button type="button" class="file" title=${subject} @click=${() => model.open("commit", { id })}>
      <code class="quiet">${id.slice(0, 7)}</code>
      <span class="name grow">${subject}</span>
    </button>
    <span class="quiet when">${author}, ${when}</span>
  </li>`;
}
