// Reads a plain git config file as git would, without a process. What it is not sure of it leaves to git.

export interface Setting {
  /** as written, lower case */
  section: string;
  subsection: string | undefined;
  /** lower case */
  key: string;
  value: string;
}

const header = /^\s*\[([A-Za-z0-9-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]\s*(.*)$/s;
const pair = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/s;

/** @returns undefined where only git knows: includes, lines that go on, anything it would complain of */
export function settingsIn(config: string): Setting[] | undefined {
  const found: Setting[] = [];
  let section: Pick<Setting, "section" | "subsection"> | undefined;
  for (const written of config.split(/\r?\n/)) {
    let line = written;
    const opened = header.exec(line);
    if (opened) {
      section = { section: (opened[1] as string).toLowerCase(), subsection: opened[2]?.replace(/\\(.)/g, "$1") };
      if (section.section.startsWith("include")) return undefined;
      line = opened[3] as string;
    }
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, key, text] = pair.exec(line) ?? [];
    const value = text === undefined ? "true" : valueIn(text);
    if (!section || key === undefined || value === undefined) return undefined;
    found.push({ ...section, key: key.toLowerCase(), value });
  }
  return found;
}

const escapes: Record<string, string> = { n: "\n", t: "\t", b: "\b", "\\": "\\", '"': '"' };

/** A value without its quotes, its comment and the blanks around it. */
function valueIn(text: string): string | undefined {
  let [value, kept, quoted] = ["", 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (!quoted && (char === "#" || char === ";")) break;
    // Git made spaces of these for long, and keeps them now.
    if (!quoted && char !== " " && /\s/.test(char)) return undefined;
    if (char === '"') quoted = !quoted;
    else if (char === "\\") {
      const meant = escapes[text[++at] ?? "end"];
      if (meant === undefined) return undefined;
      value += meant;
    } else value += char;
    // Blanks at the end do not count, unless they were quoted.
    if (quoted || char !== " ") kept = value.length;
  }
  return quoted ? undefined : value.slice(0, kept);
}
