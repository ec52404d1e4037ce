// Brings the index in line with one repository's work tree: reads what is another than before, in small transactions.
import path from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { type Entry, entries, isFragmentOf, parseFragment } from "../../gate/changes.ts";
import { policyNow } from "../../gate/policy-in-force.ts";
import type { Opened } from "../git/repos.ts";
import type { StoredService } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { findRegion } from "./region.ts";
import { isIn, ownerOf, printable, templatesIn, titleOf } from "./rules.ts";
import { look, readSource, type Source, sources } from "./sources.ts";
import {
  addEntry,
  entriesOf,
  filesOf,
  moveEntry,
  type NewFile,
  putDocument,
  putFile,
  removeFiles,
  removeTexts,
  type Text,
} from "./store.ts";

/** What is written in one transaction, and holds the daemon's thread that long. */
const atOnce = { files: 8, characters: 64 * 1024, rows: 40 };

interface Found extends Source {
  service: StoredService;
  /** the changes file it is, or is a fragment of */
  changes: "file" | "fragment" | undefined;
}

/** @returns folders with something in them that was read, for who wants to be told of more */
export async function scan(
  world: World,
  { repo, objects }: Opened,
  services: readonly StoredService[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const found = await everything();
  const call = world.ownCall(signal);
  const known = new Map<string, { id: number; stamp: string }>();
  for (const service of services)
    for (const file of await filesOf(world.db, service.id)) known.set(`${service.id} ${file.path}`, file);
  const there = new Set(found.map(keyOf));
  const gone = [...known].filter(([key]) => !there.has(key)).map(([, { id }]) => id);
  await inParts(gone, atOnce.rows, (ids) => call.write((tx) => removeFiles(tx.db, ids)));
  await readAll(found.filter((one) => known.get(keyOf(one))?.stamp !== one.stamp));
  return new Set(found.map((one) => path.dirname(path.join(repo.top, one.path))));

  async function everything(): Promise<Found[]> {
    const listed = await sources(repo, signal);
    const changes = new Map<StoredService, string>();
    for (const service of services)
      changes.set(
        service,
        (await policyNow(repo, objects, service.trunk, service.name)).policy.changes.file || service.changes,
      );
    const all: Found[] = [];
    const files = new Set(changes.values());
    for (const source of listed) {
      if (files.has(source.path)) continue;
      const service = ownerOf(services, source.path);
      const fragment = [...changes].find(([, file]) => isFragmentOf(file, undefined, source.path));
      if (fragment) all.push(as(source, fragment[0], "fragment"));
      // What documents are made from is none.
      else if (service && !isIn(templatesIn(service), source.path)) all.push(as(source, service, undefined));
    }
    // A file that several services share is found once.
    for (const file of files) {
      const service = [...changes].find(([, its]) => its === file)?.[0];
      const source = look(repo.top, file);
      if (source && service) all.push(as(source, service, "file"));
    }
    return all;
  }

  async function readAll(due: Found[]): Promise<void> {
    let batch: { file: NewFile; text: Text }[] = [];
    let size = 0;
    const write = async () => {
      const now = batch;
      batch = [];
      size = 0;
      if (now.length > 0)
        await call.write(async (tx) => {
          for (const { file, text } of now) await putDocument(tx.db, file, text);
        });
      await breath();
    };
    for (const one of due) {
      signal.throwIfAborted();
      const text = await readSource(repo.top, one.path);
      if (text === undefined) await forget(one);
      else if (one.changes === "file") await putEntries(call, one, text);
      else {
        if (size + text.length > atOnce.characters) await write();
        batch.push(one.changes === "fragment" ? fragment(one, text) : document(one, text));
        size += text.length;
        if (batch.length >= atOnce.files) await write();
      }
    }
    await write();
  }

  async function forget(one: Found): Promise<void> {
    const id = known.get(keyOf(one))?.id;
    if (id !== undefined) await call.write((tx) => removeFiles(tx.db, [id]));
  }

  async function putEntries(writing: Call, one: Found, text: string): Promise<void> {
    const file = { ...fileOf(one, "changes"), title: path.posix.basename(one.path) };
    const wanted = entries(text).map((entry) => textOf(entry, one.changed));
    // Until all is there, the file counts as not read.
    const id = await writing.write((tx) => putFile(tx.db, { ...file, stamp: "" }));
    const before = new Map<string, { id: number; line: number | null; at: string | null }[]>();
    for (const row of await entriesOf(world.db, id)) {
      const same = before.get(wordsOf(row));
      if (same) same.push(row);
      else before.set(wordsOf(row), [row]);
    }
    const moved: { id: number; to: Text }[] = [];
    const news: Text[] = [];
    for (const entry of wanted) {
      const same = before.get(wordsOf(entry))?.shift();
      if (!same) news.push(entry);
      else if (same.line !== entry.line || same.at !== entry.at) moved.push({ id: same.id, to: entry });
    }
    const gone = [...before.values()].flat().map((row) => row.id);
    await inParts(gone, atOnce.rows, (ids) => writing.write((tx) => removeTexts(tx.db, ids)));
    await inParts(moved, atOnce.rows, (some) =>
      writing.write(async (tx) => {
        for (const { id: entry, to } of some) await moveEntry(tx.db, entry, to);
      }),
    );
    await inParts(news, atOnce.rows, (some) =>
      writing.write(async (tx) => {
        for (const entry of some) await addEntry(tx.db, one.service.id, id, entry);
      }),
    );
    await writing.write((tx) => putFile(tx.db, file));
  }
}

/** What a file is to its service is in the stamp: settings may make another of it while it stays as it is. */
const as = (source: Source, service: StoredService, changes: Found["changes"]): Found => ({
  ...source,
  service,
  changes,
  stamp: `${source.stamp} ${changes ?? (isIn(service.docs, source.path) ? "docs" : "other")}`,
});

const keyOf = ({ service, path: file }: Found): string => `${service.id} ${file}`;
const wordsOf = ({ title, body, item }: Pick<Text, "title" | "body" | "item">): string =>
  JSON.stringify([title, body, item]);

async function inParts<T>(all: T[], size: number, act: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += size) {
    await act(all.slice(at, at + size));
    await breath();
  }
}

const fileOf = ({ service, path: file, stamp, changed }: Found, kind: NewFile["kind"]) => ({
  service_id: service.id,
  path: file,
  stamp,
  kind,
  changed: changed.toISOString(),
});

function document(one: Found, text: string): { file: NewFile; text: Text } {
  const made = findRegion(text).state === "whole" ? "endpoint" : isIn(one.service.docs, one.path) ? "service" : "other";
  const file = { ...fileOf(one, made), title: titleOf(one.path, text) };
  return { file, text: { title: file.title, body: printable(text), line: null, item: null, at: file.changed } };
}

/** An entry that is a file of its own; one that cannot be read as such is found by its words all the same. */
function fragment(one: Found, text: string): { file: NewFile; text: Text } {
  try {
    const { item, text: words, section } = parseFragment(one.path, text);
    const file = { ...fileOf(one, "changes"), title: heading(undefined, section) };
    return { file, text: { title: file.title, body: printable(words), line: 1, item, at: file.changed } };
  } catch {
    return document(one, text);
  }
}

function textOf({ text, items, section, release, line }: Entry, changed: Date): Text {
  return {
    title: heading(release, section),
    body: printable(text),
    line,
    item: items[0] ?? null,
    at: release === undefined ? changed.toISOString() : null,
  };
}

const heading = (release: string | undefined, section: string | undefined): string =>
  printable([release || "Unreleased", section].filter(Boolean).join(", ")).slice(0, 200);
