// Texts for items and files: few common words, many rare ones, as in texts people write. The same in every run.
const common = ["update", "certificate", "gateway", "backup", "restart", "proxy", "network", "disk", "user", "report"];
const syllables = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "se", "tu", "vo", "wa", "xe", "zi"];

/** Some 4,000 words; the n-th is used about 1/n as often as the first. */
const vocabulary = [...common, ...Array.from({ length: 4096 }, (_, n) => rare(n))];

function rare(n: number): string {
  const at = (k: number) => syllables[(n >> (4 * k)) & 15] as string;
  return `${at(0)}${at(1)}${at(2)}n`;
}

export function word(random: () => number): string {
  const n = Math.floor(vocabulary.length ** random()) - 1;
  return vocabulary[n] as string;
}

export const sentence = (random: () => number, length: number): string =>
  Array.from({ length }, () => word(random)).join(" ");

/** A word that is in about every third text, and one that is in hardly any. */
export const usual = common[5] as string;
export const seldom = vocabulary[3000] as string;
