// What of compose files we use, in one shape whatever syntax it was written in. Values in, values and complaints out. Pure.
import * as z from "zod";

export interface Port {
  /** "" is every address */
  host: string;
  /** null: whichever is free */
  published: number | null;
  target: number;
  protocol: string;
}

export interface Healthcheck {
  test: string;
  disabled: boolean;
}

export interface ComposeService {
  image: string | undefined;
  build: boolean;
  ports: Port[];
  dependsOn: string[];
  healthcheck: Healthcheck | undefined;
  /** network → the address it has there, or "" */
  networks: ReadonlyMap<string, string>;
  profiles: string[];
}

/** One file's service; what it does not say is undefined, so that files can be laid over one another. */
export type Layer = { [K in keyof ComposeService]?: ComposeService[K] | undefined } & {
  extends?: { service: string; file: string | undefined } | undefined;
  envFiles?: string[] | undefined;
};

const texts = z.array(z.union([z.string(), z.number()]).transform(String));
const textOrTexts = z.union([z.string().transform((text) => [text]), texts]);
const port = z.union([z.string(), z.number()]).transform(String);
const longPort = z.looseObject({
  target: port,
  published: port.nullish(),
  host_ip: z.string().nullish(),
  protocol: z.string().nullish(),
});

/** The keys we use, each by itself: where one is wrong the others still hold. */
const keys = {
  image: z.string(),
  build: z.union([z.string(), z.looseObject({})]).transform(() => true),
  ports: z
    .array(z.union([z.string(), z.number(), longPort]))
    .max(200)
    .transform((all, context) =>
      all.flatMap((one, n) => {
        const read = typeof one === "object" ? readLong(one) : readShort(String(one));
        if (typeof read !== "string") return read;
        context.addIssue({ code: "custom", message: read, path: [n] });
        return [];
      }),
    ),
  depends_on: z.union([texts, z.record(z.string(), z.unknown()).transform(Object.keys)]),
  healthcheck: z
    .looseObject({ test: textOrTexts.nullish(), disable: z.union([z.boolean(), z.string()]).nullish() })
    .transform(readHealthcheck),
  networks: z.union([
    texts.transform((names) => new Map(names.map((name) => [name, ""]))),
    z
      .record(
        z.string(),
        z.looseObject({ ipv4_address: z.string().nullish(), ipv6_address: z.string().nullish() }).nullable(),
      )
      .transform(
        (all) =>
          new Map(Object.entries(all).map(([name, net]) => [name, net?.ipv4_address ?? net?.ipv6_address ?? ""])),
      ),
  ]),
  profiles: texts,
  extends: z.union([
    z.string().transform((service) => ({ service, file: undefined })),
    z
      .looseObject({ service: z.string(), file: z.string().optional() })
      .transform(({ service, file }) => ({ service, file })),
  ]),
  env_file: z.union([
    z.string().transform((file) => [file]),
    z.array(z.union([z.string(), z.looseObject({ path: z.string() }).transform(({ path }) => path)])),
  ]),
};

const names: Record<keyof typeof keys, keyof Layer> = {
  image: "image",
  build: "build",
  ports: "ports",
  depends_on: "dependsOn",
  healthcheck: "healthcheck",
  networks: "networks",
  profiles: "profiles",
  extends: "extends",
  env_file: "envFiles",
};

/** How a key is written. */
export const keyOf = (key: keyof Layer): string => Object.entries(names).find(([, own]) => own === key)?.[0] ?? key;

export interface Complaint {
  path: PropertyKey[];
  message: string;
}

/** Reads one service; keys we do not use may be anything. */
export function readLayer(value: Record<string, unknown>, complain: (about: Complaint) => void): Layer {
  const layer: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(keys)) {
    const written = value[key];
    if (written === undefined || written === null) continue;
    const read = schema.safeParse(written);
    if (read.success) layer[names[key as keyof typeof keys]] = read.data;
    else for (const { path, message } of read.error.issues.slice(0, 3)) complain({ path: [key, ...path], message });
  }
  return layer;
}

/** What stands under `include`. */
export const includes = z.array(
  z.union([
    z.string().transform((path) => ({ path: [path], project_directory: undefined, env_file: undefined })),
    z.looseObject({
      path: textOrTexts,
      project_directory: z.string().optional(),
      env_file: textOrTexts.optional(),
    }),
  ]),
);

function readHealthcheck({
  test,
  disable,
}: {
  test?: string[] | null | undefined;
  disable?: boolean | string | null | undefined;
}): Healthcheck {
  const [kind, ...rest] = test ?? [];
  const disabled = disable === true || disable === "true" || kind === "NONE";
  return {
    disabled,
    test: disabled ? "" : kind === "CMD" || kind === "CMD-SHELL" ? rest.join(" ") : (test ?? []).join(" "),
  };
}

// ---- ports

const mostPorts = 100;

function readLong({ target, published, host_ip, protocol }: z.output<typeof longPort>): Port[] | string {
  return pair(host_ip ?? "", published ?? "", target, protocol ?? "tcp");
}

/** `[[ip:]published:]target[/protocol]`, each port a number or a range. */
function readShort(text: string): Port[] | string {
  const parts = /^(?:(?:(\[[0-9A-Fa-f:.]*\]|[0-9.]*):)?([0-9-]*):)?([0-9-]+)(?:\/([a-z]+))?$/.exec(text);
  if (!parts) return `${JSON.stringify(text.slice(0, 60))} is no port.`;
  const [, ip = "", published = "", target = "", protocol = "tcp"] = parts;
  return pair(ip.replace(/^\[|\]$/g, ""), published, target, protocol);
}

function pair(host: string, published: string, target: string, protocol: string): Port[] | string {
  const [outer, inner] = [range(published), range(target)];
  if (inner === undefined || (published !== "" && outer === undefined))
    return `${JSON.stringify(`${published}:${target}`.slice(0, 60))} is no port, and no range of at most ${mostPorts}.`;
  // One port inside, several to choose from outside: which one it gets is not known before it runs.
  const choice = outer !== undefined && outer.length !== inner.length;
  if (choice && inner.length > 1) return `${published} and ${target} are ranges of different length.`;
  return inner.map((one, n) => ({ host, published: choice ? null : (outer?.[n] ?? null), target: one, protocol }));
}

function range(text: string): number[] | undefined {
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!parts) return undefined;
  const [first, last] = [Number(parts[1]), Number(parts[2] ?? parts[1])];
  if (first > last || last > 65_535 || last - first >= mostPorts) return undefined;
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}
