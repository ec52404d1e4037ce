// How a service stands, by an icon and a word: the same on every page.
import * as l10n from "@vscode/l10n";
import type { TemplateResult } from "lit";
import type { HealthState } from "../../../../protocol/health.ts";
import { icon } from "./elements.ts";

const states: Record<HealthState, [icon: string, word: () => string]> = {
  down: ["error", () => l10n.t("down")],
  degraded: ["warning", () => l10n.t("degraded")],
  blocked: ["circle-slash", () => l10n.t("blocked")],
  "not measured": ["circle-outline", () => l10n.t("not measured")],
  up: ["pass", () => l10n.t("up")],
};
/** Worst first. */
export const allStates = Object.keys(states) as HealthState[];

export const stateWord = (state: HealthState): string => states[state][1]();

/** `blocked by db` where that is known. */
export function standing({ state, blockedBy }: { state: HealthState; blockedBy: string | null }): string {
  return state === "blocked" && blockedBy !== null ? l10n.t("blocked by {0}", blockedBy) : stateWord(state);
}

export function stateIcon(state: HealthState): TemplateResult {
  return icon(states[state][0], `state-${state.replace(" ", "-")}`);
}
