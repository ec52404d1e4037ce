// Reads how many lines the tests covered from the report they wrote: lcov, Cobertura XML, Istanbul's JSON summary. Reports are hostile input.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { canonicalPath } from "../git/repos.ts";

/** A percentage of lines, or why there is none. */
export type Coverage = { percent: number } | { why: string };

const largest = 64 * 1024 * 1024;

/** What the tests are to write is taken away first: a report that came with the branch says nothing of this run. */
export async function withoutReport(top: string, report: string): Promise<void> {
  const file = insideOf(top, report);
  if (file !== undefined) await rm(file, { force: true, recursive: true });
}

/** The file of a report; undefined where a link leads out of the folder. */
function insideOf(top: string, report: string): string | undefined {
  const file = path.join(top, report);
  const folder = canonicalPath(path.dirname(file));
  const root = canonicalPath(top);
  return folder === root || folder.startsWith(root + path.sep) ? path.join(folder, path.basename(file)) : undefined;
}

export function readCoverage(top: string, report: string): Coverage {
  const file = insideOf(top, report);
  if (file === undefined) return { why: `${report} lies outside of the work tree` };
  try {
    const text = readPlain(file);
    return text === undefined ? { why: `${report} is no file, or larger than 64 MiB` } : coverageIn(text, report);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { why: code === "ENOENT" ? `the tests left no ${report}` : `${report} cannot be read (${code ?? "?"})` };
  }
}

/** Not through a link, and not from what never ends. */
function readPlain(file: string): string | undefined {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile() || found.size > largest) return undefined;
    const bytes = Buffer.alloc(found.size);
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(fd, bytes, at, bytes.length - at, at);
      if (read === 0) return bytes.toString("utf8", 0, at);
      at += read;
    }
    return bytes.toString("utf8");
  } finally {
    closeSync(fd);
  }
}

/** The form is told by how the text begins. */
export function coverageIn(text: string, report: string): Coverage {
  const start = text.slice(0, 1000).trimStart();
  const lines = start.startsWith("<") ? cobertura(text) : start.startsWith("{") ? istanbul(text) : lcov(text);
  if (!lines) return { why: `${report} is no report of lines as lcov, Cobertura or Istanbul's summary write it` };
  const { covered, total } = lines;
  if (total === 0) return { why: `${report} knows of no lines` };
  if (!(covered >= 0 && covered <= total)) return { why: `${report} contradicts itself: ${covered} of ${total} lines` };
  return { percent: (covered / total) * 100 };
}

interface Lines {
  covered: number;
  total: number;
}

const whole = (text: string | undefined): number =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;

/** Sums of the files: LF and LH, and where a file has none, its DA lines. */
function lcov(text: string): Lines | undefined {
  const sum = { covered: 0, total: 0 };
  let file = { covered: 0, total: 0, found: Number.NaN, hit: Number.NaN };
  let files = 0;
  for (const [, key, value = ""] of text.matchAll(/^(SF|DA|LF|LH|end_of_record)(?::([^\r\n]*))?\r?$/gm)) {
    if (key === "SF") file = { covered: 0, total: 0, found: Number.NaN, hit: Number.NaN };
    else if (key === "LF") file.found = whole(value.trim());
    else if (key === "LH") file.hit = whole(value.trim());
    else if (key === "DA") {
      file.total++;
      if (Number(value.split(",")[1]) > 0) file.covered++;
    } else {
      const said = !Number.isNaN(file.found) && !Number.isNaN(file.hit);
      sum.total += said ? file.found : file.total;
      sum.covered += said ? file.hit : file.covered;
      files++;
    }
  }
  return files > 0 ? sum : undefined;
}

/** The attributes of the root element, before which nothing but a declaration, comments and a plain document type may stand. */
function cobertura(text: string): Lines | undefined {
  let rest = text.slice(0, 64 * 1024);
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/^\s*(?:\ufeff|<\?[^?<>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE[^[<>]*>)/, "");
  }
  const [, attributes] = /^\s*<coverage((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>/.exec(rest) ?? [];
  if (attributes === undefined) return undefined;
  const of = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1];
  const [covered, total] = [whole(of("lines-covered")), whole(of("lines-valid"))];
  if (!Number.isNaN(covered) && !Number.isNaN(total)) return { covered, total };
  const rate = of("line-rate");
  return rate !== undefined && /^[01](\.\d{1,20})?$/.test(rate) ? { covered: Number(rate), total: 1 } : undefined;
}

function istanbul(text: string): Lines | undefined {
  try {
    const { total, covered } = (JSON.parse(text) as { total: { lines: Lines } }).total.lines;
    return Number.isSafeInteger(total) && Number.isSafeInteger(covered) ? { total, covered } : undefined;
  } catch {
    return undefined;
  }
}
