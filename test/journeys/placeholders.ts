// What differs from run to run, made the same: ids, keys, times, paths, process numbers, sizes.

/** Knows the keys of a story's items: nothing in an output says that they are keys. */
export class Placeholders {
  private readonly home: string;
  private readonly keys = new Set<string>();

  constructor(home: string) {
    this.home = home;
  }

  learn(keys: readonly string[]): void {
    for (const key of keys) this.keys.add(key);
  }

  apply(output: string): string {
    let text = output.replaceAll(this.home, "<home>");
    for (const key of this.keys) text = text.replaceAll(key, "<key>");
    return rules
      .reduce((done, [pattern, placeholder]) => done.replace(pattern, placeholder), text)
      .replace(/[ \t]+$/gm, "");
  }
}

const rules: readonly (readonly [RegExp, string])[] = [
  [/\/tmp\/calcifer-\d+-[0-9a-f]{16}/g, "<run>"],
  [/"contract": ?"[0-9a-f]{16}"/g, '"contract": "<contract>"'],
  [/\b\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(?:[.-]\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>"],
  [/\b20\d\d-\d\d-\d\d\b/g, "<date>"],
  [/\b\d+ (?:s|min) ago\b/g, "just now"],
  // An event's number: what happens meanwhile in the background is counted too.
  [/^ *\d+(?= {2}just now {4})/gm, " <seq>"],
  // A port that the system chose.
  [/\b127\.0\.0\.1:\d{5}\b/g, "127.0.0.1:<port>"],
  [/^ *\d+ (?:s|min) (?=before {2})/gm, "  <time> "],
  [/\b((?:down|degraded) for) \d+ (?:s|min)\b/g, "$1 <time>"],
  [/^ {2}\d\d:\d\d:\d\d(?= {2})/gm, "  <time>"],
  [/\b\d+(?:\.\d+)? ms\b/g, "<n> ms"],
  [/\bup \d+ (?:s|min)\b/g, "up <time>"],
  [/\b(tests passed in) \d+(?:\.\d+)? s\b/g, "$1 <time>"],
  [/"(pid|uptime|memory|bytes|clients)": ?\d+(?:\.\d+)?/g, '"$1": <n>'],
  [/\b(process|pid) \d+\b/g, "$1 <pid>"],
  [/\b\d+(?:\.\d+)? (?:bytes|KB|MB|GB)\b/g, "<size>"],
  [/\bNode v?\d+\.\d+\.\d+\b/g, "Node <version>"],
  [/"node": ?"v?\d+\.\d+\.\d+"/g, '"node": "<version>"'],
  [/"version": ?"\d+\.\d+\.\d+"/g, '"version": "<version>"'],
  [/\bversion \d+\.\d+\.\d+\b/g, "version <version>"],
  // Long numbers too: an abbreviated id may happen to have no letter in it.
  [/\b[0-9a-f]{7,40}\b/g, "<commit>"],
];
