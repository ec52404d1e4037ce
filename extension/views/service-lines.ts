// What a service's tooltip says of the catalogue: whose it is, what it needs, where it runs, where to look.
import * as vscode from "vscode";
import { escaped } from "../looks.ts";
import type { Service } from "../repos.ts";

/** As paragraphs of Markdown; nothing of what nobody has said. */
export function serviceLines(about: Service): string[] {
  const { owner, labels, links, dependsOn, environments, template } = about;
  const live = environments.flatMap(({ name, live: now }) => (now ? [`${name} ${now.version}`] : []));
  const facts: [string, string][] = [
    [vscode.l10n.t("Owner"), owner],
    [vscode.l10n.t("Labels"), labels.join(", ")],
    [vscode.l10n.t("Depends on"), dependsOn.join(", ")],
    [vscode.l10n.t("Live"), live.join(", ")],
    [vscode.l10n.t("Made from"), template ? `${template.name} ${template.version}` : ""],
  ];
  const said = facts.filter(([, words]) => words !== "").map(([name, words]) => `${name}: ${escaped(words)}`);
  return [said.join("  \n"), links.map(linked).join(" · ")].filter(Boolean);
}

/** What could end the link early is written another way. */
const linked = ({ title, url }: Service["links"][number]): string =>
  `[${escaped(title)}](${new URL(url).href.replace(/[()<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)})`;
