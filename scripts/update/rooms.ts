// The contract's rooms in the order of the table of contents, with the general type.
import type { Room } from "../../protocol/contract.ts";

export interface NamedRoom {
  name: string;
  room: Room;
}

export const roomsOf = (api: Record<string, Room>): NamedRoom[] =>
  Object.entries(api).map(([name, room]) => ({ name, room }));
