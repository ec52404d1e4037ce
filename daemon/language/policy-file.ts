// `.calcifer.yaml` in an editor: mistakes at their exact place, keys and values offered and explained.
import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Position,
  type Range,
} from "vscode-languageserver-types";
import { isScalar, type Node, type Pair, visit } from "yaml";
import { type PolicyProblem, parsePolicy } from "../../gate/policy.ts";
import { type Group, isKey, type Key, tree } from "../../gate/policy-keys.ts";
import { documentOf } from "../../gate/policy-read.ts";
import { notesFolder, readText } from "../../gate/repo.ts";
import { editTo } from "./edits.ts";
import type { Feature, Finding, Fix, Page } from "./feature.ts";
import { code, escaped } from "./markdown.ts";
import { lineAt, rangeIn } from "./references.ts";

export const policyDocument: Feature = {
  async findings(page) {
    const nodes = nodesOf(page.text.getText());
    return parsePolicy(page.text.getText()).problems.map((problem) => findingOf(page, problem, nodes));
  },

  async complete(page, at) {
    return { items: offered(page, at), more: false };
  },

  async hover({ text }, at) {
    const offset = text.offsetAt(at);
    const found = nodesOf(text.getText()).find(({ key, from, to }) => key && from <= offset && offset <= to);
    const words = found && explain(found.path);
    return words === undefined || !found ? undefined : { markdown: words, range: rangeBetween(text, found) };
  },
};

// ---- the document's parts

interface Part {
  from: number;
  to: number;
  /** of the key, or of what the value belongs to */
  path: string[];
  /** a key, rather than a value */
  key: boolean;
  /** from the key to the end of its value */
  whole: { from: number; to: number };
}

const rangeBetween = (text: TextDocument, { from, to }: { from: number; to: number }): Range => ({
  start: text.positionAt(from),
  end: text.positionAt(to),
});

function nodesOf(source: string): Part[] {
  const parts: Part[] = [];
  // A policy has some dozen lines; what the parser would not take is not looked at here either.
  if (source.length > 32 * 1024) return parts;
  try {
    visit(documentOf(source), (_, node, ancestors) => {
      const range = (node as Node | null)?.range;
      if (!range || !isScalar(node)) return;
      const pairs = ancestors.filter(
        (one): one is Pair<Node, Node | null> =>
          (one as Pair).key !== undefined && "value" in (one as Pair) && !isScalar(one as Node),
      );
      const own = pairs.at(-1);
      const names = pairs.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ""));
      const whole = own?.key.range
        ? { from: own.key.range[0], to: Math.max(own.value?.range?.[1] ?? 0, own.key.range[1]) }
        : { from: range[0], to: range[1] };
      parts.push({ from: range[0], to: range[1], path: names, key: own?.key === node, whole });
    });
  } catch {
    // Nested beyond what the library takes; the parser says so.
  }
  return parts;
}

// ---- what is wrong

const prefix = /^\.calcifer\.yaml:\d+:\d+: /;

function findingOf({ text, place }: Page, problem: PolicyProblem, nodes: Part[]): Finding {
  const start = { line: problem.line - 1, character: problem.column - 1 };
  const offset = text.offsetAt(start);
  const there = nodes.filter((part) => part.from === offset && part.to > part.from);
  const keyed = there.find((part) => part.key);
  const words = problem.message.replace(prefix, "");
  const twice = /already on line (\d+)\.$/.exec(words)?.[1];
  const kind =
    problem.path === ""
      ? "policy-syntax"
      : twice
        ? "duplicate-key"
        : keyed && words.startsWith("unknown key")
          ? "unknown-key"
          : "wrong-value";
  const part = kind === "wrong-value" ? (there.find((p) => !p.key) ?? keyed) : keyed;
  const range = part ? rangeBetween(text, part) : restOfLine(text, start);
  const message = `${words.charAt(0).toUpperCase()}${words.slice(1)}${kind === "policy-syntax" ? " The last good policy stays in force." : ""}`;
  const diagnostic: Diagnostic = {
    range,
    // The last good policy stays in force, so nothing is held up.
    severity: DiagnosticSeverity.Warning,
    code: `calcifer/${kind}`,
    source: "calcifer",
    message,
  };
  if (twice !== undefined) {
    const line = Number(twice) - 1;
    const first = { uri: text.uri, range: rangeIn(line, 0, lineAt(text, line).length) };
    diagnostic.relatedInformation = [{ location: first, message: "It stands here first." }];
  }
  const fixes = (): Fix[] => {
    if (kind === "policy-syntax") return lastGood(text, place.opened.repo.commonDir);
    if (kind === "wrong-value") return otherValues(range, words, problem.path);
    const near = kind === "unknown-key" ? meantBy(words) : undefined;
    const rename = near !== undefined && !near.includes(".") && !words.includes("at the top level");
    const remove: Fix = { title: "Remove the key", edits: [removal(text, part)] };
    return rename ? [{ title: `Change to \`${near}\``, edits: [{ range, newText: near }] }, remove] : [remove];
  };
  return { diagnostic, fixes, preferred: meantBy(words) !== undefined || kind === "duplicate-key" };
}

const meantBy = (words: string): string | undefined =>
  / Did you mean "([^"]+)"(?: at the top level)?\?$/.exec(words)?.[1];

function restOfLine(text: TextDocument, { line, character }: Position): Range {
  const source = lineAt(text, line);
  const end = /^\S*/.exec(source.slice(character))?.[0].length ?? 0;
  return rangeIn(line, Math.min(character, source.length), Math.min(source.length, character + Math.max(end, 1)));
}

/** The key with all under it, and the lines it leaves empty. */
function removal(text: TextDocument, part: Part | undefined) {
  const { from, to } = part?.whole ?? { from: 0, to: 0 };
  const [start, end] = [text.positionAt(from), text.positionAt(to)];
  const alone =
    lineAt(text, start.line).slice(0, start.character).trim() === "" &&
    /^\s*(?:#.*)?$/.test(lineAt(text, end.line).slice(end.character));
  const range = alone
    ? {
        start: { line: start.line, character: 0 },
        end: { line: end.character === 0 ? end.line : end.line + 1, character: 0 },
      }
    : { start, end };
  return { range, newText: "" };
}

function otherValues(range: Range, words: string, where: string): Fix[] {
  const key = keyAt(where.split("."));
  const change = (newText: string): Fix => ({ title: `Change to \`${newText}\``, edits: [{ range, newText }] });
  const near = meantBy(words);
  const list = / Write (\[.*\])\.$/.exec(words)?.[1];
  if (list !== undefined) return [change(list)];
  const kind = key && isKey(key) ? key.kind : undefined;
  const choices = key && isKey(key) ? choicesOf(key) : [];
  const values = near === undefined ? choices : [near, ...choices.filter((choice) => choice !== near)];
  if (values.length > 0) return values.slice(0, 10).map(change);
  const fallback = key && isKey(key) && key.fallback !== undefined ? JSON.stringify(key.fallback) : undefined;
  if (fallback === undefined || kind === undefined) return [];
  return [{ title: `Change to the default, \`${fallback}\``, edits: [{ range, newText: fallback }] }];
}

/** What is no YAML cannot be mended piece by piece; what it was can be put back. */
function lastGood(text: TextDocument, commonDir: string): Fix[] {
  const last = readText(path.join(commonDir, notesFolder, "policy.yaml"));
  if (last === undefined) return [];
  const edits = editTo(text, last);
  return edits.length === 0 ? [] : [{ title: "Put back the policy that is in force", edits }];
}

// ---- keys

function keyAt(names: string[]): Group | Key | undefined {
  let at: Group | Key | undefined = tree;
  for (const name of names) {
    if (!at || isKey(at)) return undefined;
    at = at.children.get(name) ?? at.named;
  }
  return at;
}

const choicesOf = (key: Key): readonly string[] => (key.kind === "yes or no" ? ["true", "false"] : (key.choices ?? []));

function explain(names: string[]): string | undefined {
  const found = keyAt(names);
  if (!found) return undefined;
  const title = `**${escaped(names.join("."))}**`;
  if (!isKey(found)) {
    const below = [...found.children.keys()];
    return below.length > 0 ? `${title}\n\nHas keys of its own: ${below.map(code).join(", ")}.` : title;
  }
  const choices = choicesOf(found);
  const kind =
    choices.length > 0 ? `${found.kind === "some of" ? "Some" : "One"} of ${choices.map(code).join(", ")}.` : "";
  const fallback = found.fallback === undefined ? "" : `Default: ${code(JSON.stringify(found.fallback))}`;
  return [title, escaped(found.description), kind, fallback].filter((line) => line !== "").join("\n\n");
}

// ---- completion

function offered({ text, place }: Page, at: Position): CompletionItem[] {
  const before = lineAt(text, at.line).slice(0, at.character);
  const value = /^(\s*)([\w-]+):[ \t]+(?:\[(?:[^\]]*,)?[ \t]*)?([\w-]*)$/.exec(before);
  if (value) {
    const found = keyAt([...pathAbove(text, at.line, value[1]?.length ?? 0), value[2] ?? ""]);
    return valuesOf(found, at, value[3] ?? "", before.includes("["));
  }
  const element = /^(\s*)-[ \t]+([\w-]*)$/.exec(before);
  if (element)
    return valuesOf(keyAt(pathAbove(text, at.line, (element[1]?.length ?? 0) + 1)), at, element[2] ?? "", true);
  const name = /^(\s*)([\w-]*)$/.exec(before);
  if (!name) return [];
  const names = pathAbove(text, at.line, name[1]?.length ?? 0);
  const group = keyAt(names);
  if (!group || isKey(group)) return [];
  const range = rangeIn(at.line, name[1]?.length ?? 0, at.character);
  const taken = siblings(text, at.line, name[1]?.length ?? 0);
  const named = group.named ? place.services.map(({ service }) => service.name) : [];
  const open = [...group.children, ...named.map((one) => [one, group.named as Group] as const)].filter(
    ([one]) => !taken.has(one),
  );
  return open.map(([label, child], n): CompletionItem => {
    const documentation = explain([...names, label]);
    return {
      label,
      kind: isKey(child) ? CompletionItemKind.Property : CompletionItemKind.Module,
      sortText: String(n).padStart(3, "0"),
      ...(documentation !== undefined && { documentation: { kind: "markdown", value: documentation } }),
      ...(isKey(child) && { detail: child.kind }),
      textEdit: { range, newText: isKey(child) ? `${label}: ` : `${label}:` },
    };
  });
}

function valuesOf(found: Group | Key | undefined, at: Position, typed: string, inList: boolean): CompletionItem[] {
  if (!found || !isKey(found) || (found.kind === "some of") !== inList) return [];
  const range = rangeIn(at.line, at.character - typed.length, at.character);
  return choicesOf(found).map((label, n) => ({
    label,
    kind: CompletionItemKind.EnumMember,
    sortText: String(n).padStart(3, "0"),
    ...(JSON.stringify(found.fallback) === JSON.stringify(label) && { detail: "the default" }),
    textEdit: { range, newText: label },
  }));
}

const keyLine = /^(\s*)(?:"([^"]+)"|'([^']+)'|([^\s#'"][^:]*?))[ \t]*:(?:\s|$)/;

/** The keys above a line that it stands under, told by indentation: the document need not be whole while one writes. */
function pathAbove(text: TextDocument, line: number, indent: number): string[] {
  const names: string[] = [];
  let left = indent;
  for (let at = line - 1; at >= 0 && left > 0; at--) {
    const found = keyLine.exec(lineAt(text, at));
    const column = found?.[1]?.length ?? 0;
    if (!found || column >= left) continue;
    names.unshift((found[2] ?? found[3] ?? found[4] ?? "") as string);
    left = column;
  }
  return names;
}

/** The keys on the same level, above and below. */
function siblings(text: TextDocument, line: number, indent: number): Set<string> {
  const found = new Set<string>();
  for (const step of [-1, 1]) {
    for (let at = line + step; at >= 0 && at < text.lineCount; at += step) {
      const source = lineAt(text, at);
      const column = /^\s*/.exec(source)?.[0].length ?? 0;
      if (source.trim() === "" || source.trim().startsWith("#") || column > indent) continue;
      if (column < indent) break;
      const key = keyLine.exec(source);
      if (key) found.add((key[2] ?? key[3] ?? key[4]) as string);
    }
  }
  return found;
}
