// The uncommitted files: which are to be committed, and what changed in each.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { Drawn } from "../../toolkit/browser/elements.ts";
import { decoration } from "../../toolkit/browser/git-state.ts";
import type { CommitModel } from "../model.ts";
import { chosen } from "../ready.ts";
import type { File } from "../words.ts";

export function files(model: CommitModel): Drawn {
  const { files: all, item } = model.state;
  if (!all || all.length === 0) return nothing;
  const choosable = item !== null && model.state.trusted;
  return html`<section class="files" aria-labelledby="files-heading">
    <h2 id="files-heading" class="row">
      ${choosable ? everything(model, all) : nothing}
      <span class="grow">${l10n.t("Files")}</span>
      <span class="quiet">${choosable ? l10n.t("{0} of {1}", chosen(all, model.draft).length, all.length) : all.length}</span>
    </h2>
    <ul>${repeat(
      all,
      ({ path }) => path,
      (file) => row(model, file, choosable),
    )}</ul>
  </section>`;
}

function everything(model: CommitModel, all: File[]): Drawn {
  const count = chosen(all, model.draft).length;
  const toggle = () => model.change({ left: count === all.length ? all.map(({ path }) => path) : [] });
  return html`<input
    type="checkbox"
    aria-label=${l10n.t("All files")}
    .checked=${live(count === all.length)}
    .indeterminate=${live(count > 0 && count < all.length)}
    @change=${toggle}
  />`;
}

function row(model: CommitModel, file: File, choosable: boolean): Drawn {
  const { letter, name, className } = decoration(file.state);
  const { folder, base } = split(file.path);
  const open = () => model.open("diff", file);
  return html`<li class="row">
    ${choosable ? box(model, file) : nothing}
    <button type="button" class="file" title="${file.path} • ${name}" @click=${open}>
      <span class="name ${className}">${base}</span>
      <span class="folder">${folder}</span>
      <span class="unseen">${name}</span>
    </button>
    <span class="letter ${className}" aria-hidden="true">${letter}</span>
  </li>`;
}

function box(model: CommitModel, { path }: File): Drawn {
  const { left } = model.draft;
  const toggle = () => model.change({ left: left.includes(path) ? left.filter((p) => p !== path) : [...left, path] });
  return html`<input type="checkbox" aria-label=${path} .checked=${live(!left.includes(path))} @change=${toggle} />`;
}

function split(file: string): { folder: string; base: string } {
  const at = file.replace(/\/$/, "").lastIndexOf("/");
  return { folder: file.slice(0, Math.max(at, 0)), base: file.slice(at + 1) };
}
