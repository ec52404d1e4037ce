// Words of other people, as they may stand in Markdown: nothing in them is a link, an image, a command or HTML.

// Besides Markdown's own characters those that a client may turn into a link or an icon by themselves.
const special = /[\\`*_{}[\]()#+\-.!|<>~$@:&"'/=^]/g;
const unseen = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

export const plain = (text: string): string => text.replace(/\s+/g, " ").replace(unseen, "").trim();

export const escaped = (text: string): string => plain(text).replace(special, (c) => `\\${c}`);

/** As code; a backtick in it would end it. */
export const code = (text: string): string => `\`${plain(text).replaceAll("`", "'")}\``;

/** Markdown of ours as a reader of plain text should see it. */
export const withoutMarks = (markdown: string): string =>
  markdown.replace(/\\([^\w\s])|\*\*|`/g, (_, character: string | undefined) => character ?? "");
