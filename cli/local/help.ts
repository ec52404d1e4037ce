// `calcifer help …` and `calcifer --version`.
import { contractHash, version as ours } from "../../protocol/generated.ts";
import { find, type Parsed } from "../args.ts";
import { commands, rooms } from "../commands.ts";
import { commandHelp, overview, roomHelp } from "../help.ts";
import { unknownCommand } from "../near.ts";
import { json, out, paperOf } from "../print.ts";

export async function help({ params }: Parsed): Promise<number> {
  const words = (params.command ?? []) as string[];
  const on = paperOf(1);
  const { command } = find(words, commands);
  const room = rooms.find((r) => r.name === words[0]);
  if (words.length === 0) out(overview(on));
  else if (room && words.length === 1 && command?.words.length !== 1 && room.name !== command?.alias)
    out(roomHelp(room, commands, on));
  else if (command) out(commandHelp(command, on));
  else throw unknownCommand(words, commands);
  return 0;
}

export async function version(asJson: boolean): Promise<number> {
  out(asJson ? json({ version: ours, contract: contractHash }) : `calcifer ${ours}`);
  return 0;
}
