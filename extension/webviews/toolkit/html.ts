// The document of a page: its policy, its styles, its first state. Pure.
import type { FirstData } from "./envelope.ts";

export interface Document {
  title: string;
  language: string;
  /** where scripts, styles and fonts may come from, as the webview names it */
  source: string;
  nonce: string;
  script: string;
  styles: { codicons: string; page: string };
  first: FirstData;
}

export function pageHtml({ title, language, source, nonce, script, styles, first }: Document): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src ${source}`;
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(title)}</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${attribute(styles.codicons)}">
<link rel="stylesheet" href="${attribute(styles.page)}">
</head>
<body>
<main id="page"></main>
<div id="said" class="unseen" role="status" aria-live="polite"></div>
<script type="application/json" id="first" nonce="${nonce}">${json(first)}</script>
<script nonce="${nonce}" src="${attribute(script)}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => names[character] ?? character);
}

/** JSON that ends no script element and opens no comment in it. */
function json(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
