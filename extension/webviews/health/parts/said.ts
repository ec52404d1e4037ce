// Times and numbers as a person reads them.
import * as l10n from "@vscode/l10n";
import { html, type TemplateResult } from "lit";

const language = (): string => document.documentElement.lang || "en";

/** `99.95 %`; three digits only where they tell two apart. */
export function percent(number: number | null): string {
  if (number === null) return "–";
  return `${number.toLocaleString(language(), { maximumFractionDigits: number > 99 ? 2 : 1 })} %`;
}

export function milliseconds(number: number | null): string {
  if (number === null) return "–";
  if (number >= 10_000) return `${(number / 1000).toLocaleString(language(), { maximumFractionDigits: 1 })} s`;
  return `${number.toLocaleString(language(), { maximumFractionDigits: number < 10 ? 1 : 0 })} ms`;
}

/** `3 min`, `2 h 5 min`, `4 d` */
export function lasting(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return l10n.t("{0} s", Math.round(seconds));
  if (minutes < 60) return l10n.t("{0} min", minutes);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return l10n.t("{0} d", Math.floor(hours / 24));
  return minutes % 60 === 0 ? l10n.t("{0} h", hours) : l10n.t("{0} h {1} min", hours, minutes % 60);
}

export function interval(seconds: number): string {
  if (seconds % 3600 === 0) return l10n.t("every {0} h", seconds / 3600);
  if (seconds % 60 === 0) return l10n.t("every {0} min", seconds / 60);
  return l10n.t("every {0} s", seconds);
}

/** The clock's time, with the day when it was another one; the whole of it as a tooltip. */
export function moment(time: string): TemplateResult {
  const date = new Date(time);
  return html`<time datetime=${time} title=${date.toLocaleString(language())}>${clock(time)}</time>`;
}

export function clock(time: string | number): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const hours = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return date.toLocaleString(language(), today ? hours : { day: "numeric", month: "short", ...hours });
}

/** A day of the calendar, `2026-11-20`, some days later. */
export function dayWord(from: string, later = 0): string {
  const date = new Date(`${from}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + later);
  return date.toLocaleDateString(language(), { day: "numeric", month: "short", timeZone: "UTC" });
}
