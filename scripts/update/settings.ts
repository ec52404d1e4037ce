// `contributes.configuration` of the extension's manifest, from protocol/settings.ts. Writes no file.
import * as z from "zod";
import { type Setting, settings } from "../../protocol/settings.ts";

export interface SettingsContribution {
  /** for `contributes.configuration` */
  configuration: { title: string; properties: Record<string, Record<string, unknown>> };
  /** what the `%…%` in it stand for, for package.nls.json */
  nls: Record<string, string>;
  /** for `capabilities.untrustedWorkspaces.restrictedConfigurations` */
  restricted: string[];
}

export function settingsContribution(): SettingsContribution {
  const all = Object.entries(settings as Record<string, Setting>).sort(([, a], [, b]) => a.order - b.order);
  return {
    configuration: {
      title: "Calcifer",
      properties: Object.fromEntries(all.map(([key, setting]) => [key, property(key, setting)])),
    },
    nls: Object.fromEntries(all.flatMap(([key, setting]) => sentences(key, setting))),
    restricted: all.flatMap(([key, { restricted }]) => (restricted ? [key] : [])),
  };
}

function property(key: string, { schema, scope, order, choices }: Setting): Record<string, unknown> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return {
    ...plain,
    ...(choices && { enumDescriptions: (plain.enum ?? []).map((choice) => `%${choiceName(key, String(choice))}%`) }),
    description: `%${nameOf(key)}%`,
    scope,
    order,
  };
}

/** As every derived string of the manifest is called: by what it is for. */
const nameOf = (key: string): string => key.replace(/^calcifer/, "setting");
const choiceName = (key: string, choice: string): string => `${nameOf(key)}.${choice}`;

function sentences(key: string, { schema, sentence, choices = {} }: Setting): [string, string][] {
  const named = (z.toJSONSchema(schema, { io: "input" }).enum ?? []).map(String);
  const untold = named.filter((choice) => choices[choice] === undefined);
  if (untold.length > 0) throw new Error(`${key}: nothing says what ${untold.join(", ")} means`);
  return [
    [nameOf(key), sentence],
    ...named.map((choice): [string, string] => [choiceName(key, choice), choices[choice] ?? ""]),
  ];
}
