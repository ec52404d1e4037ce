// Decides in one word how an item stands. A verdict in, a word out. Pure.
import type { Verdict } from "../../protocol/shared.ts";

/** A conflict is named before anything else that is missing: it is the one that grows with waiting. */
export function standingOf({ state, checks }: Verdict): "ready" | "blocked" | "conflicting" | "cannot tell" {
  if (checks.some((c) => c.id === "no-conflict" && c.state === "no")) return "conflicting";
  if (state === "yes") return "ready";
  return state === "no" ? "blocked" : "cannot tell";
}
