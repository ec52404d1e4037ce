// The few words both printers of health use.
import type { Endpoint, HealthState } from "../../protocol/health.ts";
import type { Paper, Style } from "../paper.ts";
import { clean } from "../text.ts";

export const styleOf = (on: Paper, state: string): Style => {
  const styles: Record<HealthState, Style> = {
    up: on.green,
    degraded: on.yellow,
    down: on.red,
    blocked: on.red,
    "not measured": on.dim,
  };
  return styles[state as HealthState] ?? ((text) => text);
};

export const nameOf = (e: Endpoint): string => `${clean(e.service)}/${clean(e.name)}`;
export const addressOf = (e: Endpoint): string =>
  /^https?$/.test(e.kind) ? clean(e.target) : `${e.kind}://${clean(e.target)}`;
export const per = (share: number | null): string =>
  share === null ? "" : `${share === 100 ? "100" : share.toFixed(share > 99.9 ? 3 : 2)} %`;
export const duration = (ms: number | null): string =>
  ms === null ? "" : `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
