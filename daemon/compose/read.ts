// Our own reader of compose files: several laid over one another, include, extends, variables. Reads inside its ground only.
import path from "node:path";
import { type Ground, variablesOf } from "./files.ts";
import type { Variables } from "./interpolate.ts";
import { complete, mergeLayers } from "./merge.ts";
import { type ComposeService, includes, keyOf, type Layer, readLayer } from "./model.ts";
import { isMapping, pathKey, readTree, type Tree } from "./tree.ts";

/** What the files of one project come to. */
export interface Reading {
  name: string | undefined;
  services: Map<string, ComposeService>;
  /** networks in which a container has an address of its own beside the host's */
  ownAddress: Set<string>;
  /** every file that was read, absolute */
  read: string[];
  /** what could not be read, and why */
  notes: string[];
  /** no file that lies elsewhere was asked for, and nothing that would have to be fetched */
  contained: boolean;
}

/** Counted each time one is read: files may include one another more than once. */
const mostFiles = 100;
const mostCharacters = 256 * 1024;
const mostPorts = 10_000;
const mostEnvFiles = 100;
const deepest = 10;
const mostNotes = 50;

interface File {
  path: string;
  tree: Tree;
  layers: Map<string, Layer>;
}
type Layers = Map<string, Layer>;

export function readProject(ground: Ground, files: readonly string[], folder: string, variables: Variables): Reading {
  const reader = new Reader(ground);
  const layers = reader.project(files, folder, variables, 0);
  const { name, ownAddress, read, notes } = reader;
  const contained = reader.contained && reader.readsInside();
  const services = [...layers].map(([service, layer]): [string, ComposeService] => [service, complete(layer)]);
  const all =
    notes.length > mostNotes ? [...notes.slice(0, mostNotes), `… and ${notes.length - mostNotes} more.`] : notes;
  return { name, services: new Map(services), ownAddress, read: [...read], notes: all, contained };
}

class Reader {
  name: string | undefined;
  contained = true;
  readonly ownAddress = new Set<string>();
  readonly read = new Set<string>();
  readonly notes: string[] = [];
  private readonly ground: Ground;
  private readonly under: string[] = [];
  private loads = 0;
  private characters = 0;
  private ports = 0;
  private readonly envFiles = new Set<string>();
  private readonly folders = new Set<string>();

  constructor(ground: Ground) {
    this.ground = ground;
  }

  project(files: readonly string[], folder: string, variables: Variables, depth: number): Layers {
    const all: Layers = new Map();
    this.folders.add(folder);
    for (const one of files) {
      const file = this.load(one, variables);
      if (!file) continue;
      if (depth === 0 && typeof file.tree.value?.name === "string") this.name = file.tree.value.name;
      this.networks(file);
      this.under.push(file.path);
      for (const [name, layer] of this.included(file, variables, depth)) {
        if (all.has(name))
          this.note(file, ["include"], `${name} is included, and there already; the one that is there stays.`);
        else all.set(name, layer);
      }
      this.under.pop();
      this.lay(file, all, variables);
    }
    return all;
  }

  /**
   * Whether what docker compose reads besides, we do not, lies inside: `.env`, `env_file`, `label_file`. What such a path is
   * relative to depends on how its file was come to, so that every folder it could be is asked.
   */
  readsInside(): boolean {
    if (this.envFiles.size > mostEnvFiles) return false;
    const names = [".env", ...this.envFiles];
    return [...this.folders].every((at) => names.every((name) => this.ground.contains(path.resolve(at, name))));
  }

  private lay(file: File, all: Layers, variables: Variables): void {
    const own: Layers = new Map(
      [...file.layers.keys()].map((name) => [name, this.extended(file, name, all, variables, [])]),
    );
    for (const [name, layer] of own) {
      const at = ["services", name];
      const tag = file.tree.tags.get(pathKey(at));
      if (tag === "reset") all.delete(name);
      else {
        const tagOf = (key: keyof Layer) => file.tree.tags.get(pathKey([...at, keyOf(key)]));
        all.set(name, tag === "override" ? layer : mergeLayers(all.get(name) ?? {}, layer, tagOf));
      }
    }
  }

  // ---- one file

  private load(file: string, variables: Variables): File | undefined {
    if (this.loads++ >= mostFiles) return this.say(`More than ${mostFiles} files would be read together.`);
    const found = this.ground.read(file);
    if ("why" in found) {
      this.contained &&= !found.outside;
      return this.say(`${this.ground.shown(file)} ${found.why}.`);
    }
    this.characters += found.text.length;
    if (this.characters > mostCharacters) return this.say("Files that are read together are larger than 256 KiB.");
    this.read.add(path.resolve(file));
    this.folders.add(path.dirname(path.resolve(file)));
    const tree = readTree(found.text, variables);
    const loaded: File = { path: path.resolve(file), tree, layers: new Map() };
    for (const problem of tree.problems) this.say(`${this.ground.shown(file)}:${problem}`);
    const services = tree.value?.services;
    if (services !== undefined && services !== null && !isMapping(services))
      this.note(loaded, ["services"], "services must be a mapping of names.");
    for (const [name, service] of Object.entries(isMapping(services) ? services : {})) {
      if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) this.note(loaded, ["services", name], "This is no name of a service.");
      else if (service !== null && !isMapping(service))
        this.note(loaded, ["services", name], `The service ${name} must be a mapping.`);
      else loaded.layers.set(name, this.layer(loaded, name, service ?? {}));
    }
    return loaded;
  }

  private layer(file: File, name: string, service: Record<string, unknown>): Layer {
    const layer = readLayer(service, ({ path: at, message }) =>
      this.note(
        file,
        ["services", name, ...at],
        `${name}.${at.map(String).join(".")}: ${message.replace(/\.?$/, ".")}`,
      ),
    );
    for (const one of [...(layer.envFiles ?? []), service.label_file].flat())
      if (typeof one === "string") this.envFiles.add(one);
    this.ports += layer.ports?.length ?? 0;
    if (this.ports <= mostPorts) return layer;
    this.say(`There are more than ${mostPorts.toLocaleString("en")} ports; those of later services are left out.`);
    return { ...layer, ports: [] };
  }

  private networks({ tree }: File): void {
    const networks = tree.value?.networks;
    for (const [name, network] of Object.entries(isMapping(networks) ? networks : {}))
      if (isMapping(network) && /^(macvlan|ipvlan)$/.test(String(network.driver))) this.ownAddress.add(name);
  }

  // ---- include

  private included(file: File, variables: Variables, depth: number): Layers {
    const all: Layers = new Map();
    const written = file.tree.value?.include;
    if (written === undefined || written === null) return all;
    const read = includes.safeParse(written);
    if (!read.success) this.note(file, ["include"], "include must be a list of paths.");
    for (const [n, one] of (read.data ?? []).entries()) {
      if (this.loads > mostFiles) break;
      if (one.path.some(isElsewhere)) {
        this.contained = false;
        this.note(file, ["include", n], "What is included would have to be fetched; it is left out.");
        continue;
      }
      const paths = one.path.map((name) => path.resolve(path.dirname(file.path), name));
      if (depth >= deepest || paths.some((to) => this.under.includes(to))) {
        this.note(file, ["include", n], "This includes itself, or nests too deep; it is left out.");
        continue;
      }
      const folder = path.resolve(path.dirname(file.path), one.project_directory ?? path.dirname(one.path[0] ?? "."));
      const env = (one.env_file ?? [path.join(folder, ".env")]).map((name) =>
        path.resolve(path.dirname(file.path), name),
      );
      this.contained &&= env.every((name) => this.ground.contains(name));
      // What the project itself says of a variable holds.
      const own = new Map([...variablesOf(this.ground, env), ...variables]);
      for (const [name, layer] of this.project(paths, folder, own, depth + 1)) if (!all.has(name)) all.set(name, layer);
    }
    return all;
  }

  // ---- extends

  private extended(file: File, name: string, others: Layers, variables: Variables, chain: readonly string[]): Layer {
    const { extends: base, ...layer } = file.layers.get(name) ?? {};
    if (!base) return layer;
    const place = ["services", name, "extends"];
    const from = base.file === undefined ? file : this.base(file, base.file, place, variables);
    const link = `${from?.path ?? ""}\0${base.service}`;
    if (!from) return layer;
    if (chain.includes(link) || chain.length >= deepest || (from === file && base.service === name)) {
      this.note(file, place, `${name} extends itself, or nests too deep; it is read without.`);
      return layer;
    }
    if (from.layers.has(base.service))
      return mergeLayers(this.extended(from, base.service, others, variables, [...chain, link]), layer);
    const before = base.file === undefined ? others.get(base.service) : undefined;
    if (!before) this.note(file, place, `${name} extends ${base.service}, which is not there.`);
    return mergeLayers(before ?? {}, layer);
  }

  private readonly bases = new Map<string, File | undefined>();

  private base(file: File, named: string, place: PropertyKey[], variables: Variables): File | undefined {
    if (isElsewhere(named)) {
      this.contained = false;
      this.note(file, place, "What is extended would have to be fetched; it is left out.");
      return undefined;
    }
    const full = path.resolve(path.dirname(file.path), named);
    if (full === file.path) return file;
    if (!this.bases.has(full)) this.bases.set(full, this.load(full, variables));
    return this.bases.get(full);
  }

  // ---- words

  private note(file: File, at: readonly PropertyKey[], message: string): void {
    this.say(`${this.ground.shown(file.path)}:${file.tree.place(at)} ${message}`);
  }

  private say(message: string): undefined {
    if (!this.notes.includes(message)) this.notes.push(message);
  }
}

/** git, OCI or another address, where a path is expected. */
const isElsewhere = (text: string): boolean => /^[a-z][a-z0-9+.-]+:|^[^/]+@[^/]+:|^github\.com\//i.test(text);
