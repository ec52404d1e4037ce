// Services as health needs to know them: which are there, and which needs which.
import { allServices, dependenciesOf } from "../service/service.ts";
import type { World } from "../world.ts";

export interface Neighbour {
  id: number;
  name: string;
  labels: string[];
}

export class Neighbours {
  readonly byId: ReadonlyMap<number, Neighbour>;
  /** all that a service needs, nearest first */
  private readonly needs: ReadonlyMap<string, string[]>;
  /** all that need a service */
  private readonly needed: ReadonlyMap<string, string[]>;

  private constructor(services: Neighbour[], edges: { from: string; to: string }[]) {
    this.byId = new Map(services.map((s) => [s.id, s]));
    this.needs = closure(edges.map(({ from, to }) => [from, to]));
    this.needed = closure(edges.map(({ from, to }) => [to, from]));
  }

  static async read(world: World): Promise<Neighbours> {
    const [services, edges] = await Promise.all([allServices(world.db), dependenciesOf(world.db)]);
    return new Neighbours(services, edges);
  }

  needsOf(service: string): string[] {
    return this.needs.get(service) ?? [];
  }

  neededBy(service: string): string[] {
    return this.needed.get(service) ?? [];
  }
}

/** Everything that can be reached, without the start itself, also where it goes around. */
function closure(edges: [string, string][]): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  return new Map(
    [...next.keys()].map((start) => {
      const seen = new Set([start]);
      for (const name of seen) for (const to of next.get(name) ?? []) seen.add(to);
      seen.delete(start);
      return [start, [...seen]];
    }),
  );
}
