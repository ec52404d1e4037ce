// Every command there is: those of the contract and our own.
import { commands as derived, rooms as derivedRooms } from "./commands.gen.ts";
import { local, type Run, served } from "./local/table.ts";
import type { Command, RoomSummary } from "./table.ts";

const isShadowed = (command: Command): boolean => local.some((l) => l.words.join(" ") === command.words.join(" "));

const withServed = (command: Command): Command => {
  const more = command.method === undefined ? undefined : served[command.method];
  return more ? { ...command, options: [...command.options, more.option] } : command;
};

export const commands: readonly Command[] = [...derived.filter((c) => !isShadowed(c)).map(withServed), ...local];

export const rooms: readonly RoomSummary[] = derivedRooms;

/** What does a command here, if it is not simply sent to the daemon. */
export function runnerOf(command: Command, params: Record<string, unknown>): (() => Promise<Run>) | undefined {
  const own = local.find((l) => l === command);
  if (own) return own.load;
  const more = command.method === undefined ? undefined : served[command.method];
  return more && params[more.option.key] === true ? more.load : undefined;
}
