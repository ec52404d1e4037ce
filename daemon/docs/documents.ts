// Keeps the index in line with the repositories of all services: after a start, after a save, after what moved in git.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { EventRecord } from "../../protocol/event.ts";
import { Folders, Soon } from "../git/folders.ts";
import { canonicalPath, type Repos } from "../git/repos.ts";
import { incidentWords } from "../incident/incident.ts";
import type { Keeper } from "../keepers.ts";
import { allServices, type StoredService } from "../service/service.ts";
import type { World } from "../world.ts";
import { scan } from "./scan.ts";
import { type IncidentText, orphans, putIncident, removeFiles } from "./store.ts";

const wait = 200;
/** Notices are not to be relied on: who searches has it looked again, if nobody did for so long. */
const longestBelief = 15_000;
/** Folders watched for one repository; what lies elsewhere is seen when somebody searches. */
const mostFolders = 500;

interface Place {
  services: StoredService[];
  folders: Folders;
  looked: number;
  due: boolean;
}

export class Documents implements Keeper {
  readonly name = "documents";
  private readonly world: World;
  private readonly repos: Repos;
  /** by the folder of a repository */
  private readonly places = new Map<string, Place>();
  private readonly incidents = new Set<number>();
  private stale = true;
  private signal: AbortSignal | undefined;
  private readonly working: Soon;

  constructor(world: World, repos: Repos) {
    this.world = world;
    this.repos = repos;
    this.working = new Soon(
      () => this.work(),
      wait,
      (err) => this.world.log.warn({ err }, "the index could not be kept"),
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    const deaf = this.world.onEvent((event) => this.heard(event));
    try {
      await this.allIncidents(signal);
      this.working.ask();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    } finally {
      deaf();
      await this.working.stop();
      for (const { folders } of this.places.values()) folders.close();
      this.places.clear();
    }
  }

  /** Somebody searches: what may have been missed is looked for, behind the answer. */
  look(): void {
    const before = performance.now() - longestBelief;
    for (const place of this.places.values()) place.due ||= place.looked < before;
    if ([...this.places.values()].some((place) => place.due)) this.working.ask();
  }

  private heard({ name, service, data }: EventRecord): void {
    if (name.startsWith("incident.") && typeof data.incident === "number") this.incidents.add(data.incident);
    else if (/^(service\.(added|edited|removed|retired|restored)|backup\.)/.test(name)) this.stale = true;
    else if (/^(service\.moved|work\.(finished|merged|dropped)|docs\.|changes\.|health\.)/.test(name)) {
      for (const place of this.places.values()) place.due ||= place.services.some((s) => s.name === service);
    } else return;
    // What is finished is looked for at once, with its document.
    if (name === "work.finished") void this.working.now().catch(() => {});
    else this.working.ask();
  }

  private async work(): Promise<void> {
    const { signal } = this;
    if (!signal || signal.aborted) return;
    for (const id of this.incidents) {
      this.incidents.delete(id);
      await this.keepIncidents({ only: id }, signal);
    }
    if (this.stale) await this.lookUp(signal);
    for (const [folder, place] of this.places) {
      if (signal.aborted) return;
      if (place.due) await this.scan(folder, place, signal);
    }
  }

  /** Which repositories there are. */
  private async lookUp(signal: AbortSignal): Promise<void> {
    this.stale = false;
    const services = Map.groupBy(await allServices(this.world.db), (s) => s.repo);
    for (const [folder, { folders }] of this.places) {
      if (services.has(folder)) continue;
      folders.close();
      this.places.delete(folder);
    }
    for (const [folder, its] of services) {
      const known = this.places.get(folder);
      const place = known ?? { services: its, folders: this.watching(folder), looked: 0, due: true };
      this.places.set(folder, { ...place, services: its, due: true });
    }
    const call = this.world.ownCall(signal);
    for (let gone = await orphans(this.world.db, 40); gone.length > 0; gone = await orphans(this.world.db, 40)) {
      const ids = gone.map(({ id }) => id);
      await call.write((tx) => removeFiles(tx.db, ids));
    }
  }

  private async scan(folder: string, place: Place, signal: AbortSignal): Promise<void> {
    place.due = false;
    place.looked = performance.now();
    try {
      if (!existsSync(folder)) return;
      const opened = await this.repos.open(folder);
      if (opened.repo.bare) return;
      const found = await scan(this.world, opened, place.services, signal);
      await this.watch(place, opened.repo.top, found);
    } catch (err) {
      if (!signal.aborted) this.world.log.warn({ err, folder }, "documents could not be read");
    }
  }

  /** Watched first, read afterwards: where there is a new folder, it is looked through once more. */
  private async watch(place: Place, top: string, found: Set<string>): Promise<void> {
    const wanted = new Set([top]);
    for (const { docs } of place.services) await within(path.join(top, docs), wanted);
    for (const folder of found) if (wanted.size < mostFolders) wanted.add(folder);
    const news = [...wanted].some((folder) => !place.folders.has(folder));
    place.folders.set(wanted);
    if (!news || ![...wanted].every((folder) => place.folders.has(folder))) return;
    place.due = true;
    this.working.ask();
  }

  private watching(top: string): Folders {
    return new Folders({
      changed: (folder, name, came) => {
        if (name === ".git" || (name !== undefined && !isTelling(name, came))) return;
        // Another folder may have come under the same name; a watch on what is gone hears nothing.
        if (came && name !== undefined) this.places.get(top)?.folders.dropUnder(path.join(folder, name));
        const place = this.places.get(top);
        if (!place) return;
        place.due = true;
        this.working.ask();
      },
      full: (err) => this.world.log.warn({ err, top }, "no more folders can be watched for documents"),
    });
  }

  private async allIncidents(signal: AbortSignal): Promise<void> {
    for (let from = 1; !signal.aborted; ) {
      const last = await this.keepIncidents({ from, limit: 50 }, signal);
      if (last === undefined) return;
      from = last + 1;
    }
  }

  private async keepIncidents(
    which: Parameters<typeof incidentWords>[1],
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const words = await incidentWords(this.world.db, which);
    if (words.length === 0) return undefined;
    const texts = words.map(
      ({ id, service_id, cause, notes, opened }): IncidentText => ({
        id,
        service: service_id,
        title: cause,
        body: notes,
        at: opened,
      }),
    );
    await this.world.ownCall(signal).write(async (tx) => {
      for (const text of texts) await putIncident(tx.db, text);
    });
    return words.at(-1)?.id;
  }
}

/** Markdown, what decides which of it counts, or something that came and may be a folder. */
const isTelling = (name: string, came: boolean): boolean =>
  /\.(md|markdown)$/i.test(name) || name === ".gitignore" || name === ".calcifer.yaml" || (came && !name.includes("."));

/** Folders in the folder of documents, also those that have none yet. Links are not followed. */
async function within(folder: string, into: Set<string>): Promise<void> {
  if (into.size >= mostFolders || canonicalPath(folder) !== folder || !existsSync(folder)) return;
  into.add(folder);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git")
      await within(path.join(folder, entry.name), into);
}
