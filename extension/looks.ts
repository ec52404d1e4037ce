// How things of Calcifer's look in VS Code: icons, their colours, texts that hold somebody's words.
import * as vscode from "vscode";
import type { Check } from "../protocol/shared.ts";

const ofType: Record<string, string> = {
  feature: "lightbulb",
  service: "server-process",
  integration: "plug",
  documentation: "book",
  bug: "bug",
  maintenance: "tools",
};

/** Of a service, by its kind. */
export const kindIcons = { application: "server", infrastructure: "database", network: "globe" } as const;

/** @param standing colours the icon of an active item */
export function typeIcon(type: string, standing?: string): vscode.ThemeIcon {
  const colour = standing === undefined ? undefined : standingColours[standing];
  return new vscode.ThemeIcon(
    ofType[type] ?? "circle-outline",
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
}

const standingColours: Record<string, string> = {
  ready: "testing.iconPassed",
  conflicting: "problemsWarningIcon.foreground",
};

export function checkIcon({ state, required }: Pick<Check, "state" | "required">): vscode.ThemeIcon {
  if (state === "yes") return new vscode.ThemeIcon("check", new vscode.ThemeColor("testing.iconPassed"));
  if (state === "unknown") return new vscode.ThemeIcon("question", new vscode.ThemeColor("testing.iconUnset"));
  if (!required) return new vscode.ThemeIcon("warning", new vscode.ThemeColor("problemsWarningIcon.foreground"));
  return new vscode.ThemeIcon("x", new vscode.ThemeColor("testing.iconFailed"));
}

/** `#42 Add TLS` */
export const called = ({ id, title }: { id: number; title: string }): string => `#${id} ${oneLine(title)}`;

/** Titles come from anybody: no line breaks, nothing that turns the reading direction, no codicon. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, " ").replaceAll("$(", "$\u200b(");

/** Somebody's words as words, for a Markdown text. */
export const escaped = (text: string): string =>
  oneLine(text)
    .replace(/[\\`*_{}[\]()#+\-!~|]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
