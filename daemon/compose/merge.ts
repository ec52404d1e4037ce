// How one file's service is laid over another's, by the rules of the compose specification. Pure.
import type { ComposeService, Layer, Port } from "./model.ts";
import type { Tag } from "./tree.ts";

const unique = <T>(all: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [key(one), one])).values(),
];
const portKey = ({ host, published, target, protocol }: Port): string => `${host}|${published}|${target}|${protocol}`;

type Join<K extends keyof Layer> = (under: NonNullable<Layer[K]>, over: NonNullable<Layer[K]>) => NonNullable<Layer[K]>;

/** Where both say something. Lists add up, mappings are joined, everything else is the later file's. */
const joins: { [K in keyof Layer]?: Join<K> } = {
  ports: (under, over) => unique([...under, ...over], portKey),
  dependsOn: (under, over) => unique([...under, ...over], String),
  profiles: (under, over) => unique([...under, ...over], String),
  envFiles: (under, over) => [...under, ...over],
  networks: (under, over) =>
    new Map([...under, ...[...over].map(([name, ip]) => [name, ip || (under.get(name) ?? "")] as const)]),
  // A test takes the place of a test; what only changes the interval leaves it.
  healthcheck: (under, over) => (over.test === "" && !over.disabled ? { ...under, disabled: false } : over),
};

/** The later file laid over the earlier. @param tag what the later file says of one of its keys */
export function mergeLayers(
  under: Layer,
  over: Layer,
  tag: (key: keyof Layer) => Tag | undefined = () => undefined,
): Layer {
  const merged: Layer = { ...under };
  for (const key of new Set([...Object.keys(under), ...Object.keys(over)] as (keyof Layer)[])) {
    const [a, b, own] = [under[key], over[key], tag(key)];
    const join = joins[key] as ((a: unknown, b: unknown) => unknown) | undefined;
    const value =
      own === "reset"
        ? undefined
        : b === undefined
          ? a
          : a === undefined || own === "override" || !join
            ? b
            : join(a, b);
    (merged as Record<string, unknown>)[key] = value;
  }
  return merged;
}

/** With what nobody said filled in. */
export const complete = (layer: Layer): ComposeService => ({
  image: layer.image,
  build: layer.build ?? false,
  ports: layer.ports ?? [],
  dependsOn: layer.dependsOn ?? [],
  healthcheck: layer.healthcheck?.disabled || layer.healthcheck?.test === "" ? undefined : layer.healthcheck,
  networks: layer.networks ?? new Map(),
  profiles: layer.profiles ?? [],
});
