// Every setting of the extension, said once: schema, default, sentence. `contributes.configuration` is derived from it.
import * as z from "zod";

/** One setting. What it holds, and what it is when nobody set it, is in the schema. */
export interface Setting<S extends z.ZodDefault = z.ZodDefault> {
  /** zod, with the default */
  schema: S;
  /** what it does, for the settings page; plain, in fewer than 200 characters */
  sentence: string;
  /** `machine`: never from a workspace's settings; `resource`: may differ by folder; `window`: may differ by workspace */
  scope: "machine" | "resource" | "window";
  /** place on the settings page */
  order: number;
  /** names a folder or a program, so an untrusted workspace does not get to say it */
  restricted: boolean;
  /** what each choice means */
  choices?: Readonly<Record<string, string>>;
}

const setting = <S extends z.ZodDefault>(s: Setting<S>): Setting<S> => s;

export const settings = {
  "calcifer.codeLens.enabled": setting({
    schema: z.boolean().default(true),
    sentence: "Show a line above Unreleased in CHANGES.md that says what the branch's work item still needs there.",
    scope: "resource",
    order: 1,
    restricted: false,
  }),
  "calcifer.statusBar.enabled": setting({
    schema: z.boolean().default(true),
    sentence: "Show the work item of the current branch, and what stands between it and the trunk, in the status bar.",
    scope: "window",
    order: 2,
    restricted: false,
  }),
  "calcifer.branchProtection.enabled": setting({
    schema: z.boolean().default(true),
    sentence: "Let VS Code ask before it commits on a branch that the policy of the repository protects.",
    scope: "resource",
    order: 3,
    restricted: false,
  }),
  "calcifer.terminal.enabled": setting({
    schema: z.boolean().default(true),
    sentence: "Put the command calcifer on the PATH of the terminals that VS Code opens.",
    scope: "window",
    order: 4,
    restricted: false,
  }),
  "calcifer.home": setting({
    schema: z.string().default(""),
    sentence: "A folder for Calcifer's data, configuration and logs, instead of the usual ones.",
    scope: "machine",
    order: 5,
    restricted: true,
  }),
  "calcifer.runtime": setting({
    schema: z.string().default(""),
    sentence: "Path of a Node.js, 22.14 or newer, that runs Calcifer's daemon, instead of VS Code's own.",
    scope: "machine",
    order: 6,
    restricted: true,
  }),
  "calcifer.trace": setting({
    schema: z.enum(["off", "messages", "verbose"]).default("off"),
    sentence: "How much of the conversation with the daemon the output channel shows.",
    scope: "window",
    order: 7,
    restricted: false,
    choices: {
      off: "Nothing.",
      messages: "The name of each message, and how long its answer took.",
      verbose: "Each message with what it carries.",
    },
  }),
  "calcifer.health.notifications": setting({
    schema: z.boolean().default(true),
    sentence: "Tell once when an incident begins: a service that is down, or degraded.",
    scope: "window",
    order: 8,
    restricted: false,
  }),
} as const;

export type SettingKey = keyof typeof settings;
/** What a setting reads as: `SettingValue<"calcifer.home">` is a string. */
export type SettingValue<K extends SettingKey> = z.output<(typeof settings)[K]["schema"]>;
