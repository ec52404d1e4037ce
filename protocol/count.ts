// How long a text is, as a person counts. No zod here: the pages of the editor carry this file.

// Made when it is needed: it takes as long as a quarter of the daemon's start.
let graphemes: Intl.Segmenter | undefined;

/** The length of a text as a person counts: an emoji is one. */
export function personCount(text: string): number {
  if (/^[\n\x20-\x7e]*$/.test(text)) return text.length;
  let n = 0;
  for (const _ of letters(text)) n++;
  return n;
}

/** The beginning of a text, with an ellipsis where something is left away. */
export function cut(text: string, most: number): string {
  if (personCount(text) <= most) return text;
  const kept = [...letters(text)].slice(0, most - 1).map(({ segment }) => segment);
  return `${kept.join("").trimEnd()}…`;
}

function letters(text: string): Intl.Segments {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return graphemes.segment(text);
}
