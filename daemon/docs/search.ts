// The search: a question to the index, its hits ranked and shown.
import path from "node:path";
import type { Hit } from "../../protocol/docs.ts";
import { Fault } from "../../protocol/errors.ts";
import { allServices } from "../service/service.ts";
import type { World } from "../world.ts";
import { expression, lineOf, question, score, shownSnippet } from "./rules.ts";
import { bodies, find } from "./store.ts";

interface Asked {
  words: string[];
  kind?: Hit["kind"] | undefined;
  service?: string | undefined;
  limit: number;
}

/** @throws Fault invalid */
export async function search(world: World, asked: Asked): Promise<{ hits: Hit[]; more: boolean }> {
  const read = question(asked.words);
  if (typeof read === "string") throw new Fault("invalid", read);
  const wanted = { ...read, kind: asked.kind ?? read.kind, service: asked.service ?? read.service };
  const services = wanted.service === undefined ? undefined : [await serviceId(world, wanted.service)];
  // Enough that something new can come up from a little below.
  const reach = Math.max(asked.limit + 20, asked.limit * 2);
  const found = await find(world.db, expression(wanted, services), reach);
  const now = world.clock.now();
  const ranked = found
    .map((hit) => ({ ...hit, at: hit.at ?? hit.itemAt ?? null }))
    .map((hit) => ({ hit, score: score(hit.rank, hit.at, now) }))
    .sort((a, b) => b.score - a.score)
    .map(({ hit }) => hit);
  const best = ranked.slice(0, asked.limit);
  const texts = await bodies(
    world.db,
    best.filter((hit) => hit.kind === "document").map((hit) => hit.id),
  );
  return {
    hits: best.map((hit) => ({
      kind: hit.kind,
      service: hit.service,
      title: hit.title,
      snippet: shownSnippet(hit.snippet) || hit.inTitle,
      path: hit.path === null || hit.repo === null ? null : path.join(hit.repo, hit.path),
      line: hit.line ?? lineOf(texts.get(hit.id) ?? "", hit.snippet),
      item: hit.item,
      incident: hit.incident,
      at: hit.at,
    })),
    more: ranked.length > asked.limit,
  };
}

async function serviceId(world: World, name: string): Promise<number> {
  const all = await allServices(world.db);
  const found = all.find((s) => s.name === name);
  if (found) return found.id;
  const names = all.map((s) => s.name).slice(0, 20);
  throw new Fault("invalid", `service: There is no service ${JSON.stringify(name)}.`, {
    hint:
      names.length === 0
        ? "None is registered yet."
        : `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}`,
  });
}
