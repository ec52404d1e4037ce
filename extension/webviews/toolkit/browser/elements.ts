// What every page is drawn with. Fields are HTML's own, styled by base.css: they grow with their text and take
// descriptions, which fields in a shadow tree cannot. Buttons and badges are VS Code's look from vscode-elements.
import "@vscode-elements/elements/dist/vscode-badge/index.js";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import * as l10n from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { windowCommands } from "../surroundings.ts";

export type Drawn = TemplateResult | typeof nothing;

export function icon(name: string, more = ""): TemplateResult {
  return html`<span class="codicon codicon-${name} ${more}" aria-hidden="true"></span>`;
}

interface IconButton {
  icon: string;
  label: string;
  run: () => void;
  disabled?: boolean;
  more?: string;
}

/** A button that is an icon; its label is read out, and shown as its tooltip. */
export function iconButton({ icon: name, label, run, disabled = false, more = "" }: IconButton): TemplateResult {
  return html`<button
    type="button"
    class="icon-button ${more}"
    title=${label}
    aria-label=${label}
    ?disabled=${disabled}
    @click=${run}
  >${icon(name)}</button>`;
}

/** A button that reads like a link. */
export function link(words: string | TemplateResult, run: () => void, disabled = false): TemplateResult {
  return html`<button type="button" class="link" ?disabled=${disabled} @click=${run}>${words}</button>`;
}

type WindowCommand = (typeof windowCommands)[number];

/** The one line above a page whose window cannot do everything. */
export function banner(connection: string, trusted: boolean, run: (command: WindowCommand) => void): Drawn {
  const then = (words: string, command: WindowCommand) => link(words, () => run(command));
  if (!trusted) {
    const manage = then(l10n.t("Manage trust…"), "workbench.trust.manage");
    return strip("shield", html`${l10n.t("This workspace is not trusted, so nothing can be changed here.")} ${manage}`);
  }
  if (connection === "lost") return strip("debug-disconnect", l10n.t("The Calcifer daemon is gone. Looking for it…"));
  if (connection === "stopped") {
    const start = then(l10n.t("Start it"), "calcifer.daemon.restart");
    return strip("debug-disconnect", html`${l10n.t("The Calcifer daemon was stopped.")} ${start}`);
  }
  if (connection !== "failed") return nothing;
  const log = then(l10n.t("Show the log"), "calcifer.daemon.logs");
  return strip("error", html`${l10n.t("The Calcifer daemon cannot be reached.")} ${log}`);
}

function strip(name: string, words: string | TemplateResult): TemplateResult {
  return html`<p class="banner">${icon(name)}<span>${words}</span></p>`;
}

/** The keys that save or commit from within a text, as they are called here. */
export function enterKey(): string {
  return /Mac/.test(navigator.platform) ? "⌘Enter" : "Ctrl+Enter";
}

/** Reads a sentence out, without showing it. */
export function say(sentence: string): void {
  const said = document.getElementById("said");
  if (!said) return;
  // The same sentence twice is said twice.
  said.textContent = said.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
