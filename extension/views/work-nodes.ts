// The rows of the view Work, as data.

import type { ListedItem } from "../../protocol/work.ts";
import type { ParamsOf } from "../daemon.ts";

export type Grouping = "status" | "service" | "type" | "label";
/** What is shown at all; empty means everything planned and active. */
export type Filter = Pick<ParamsOf<"work.list">, "service" | "type" | "label" | "search" | "all">;

export type GroupNode = { kind: "group"; id: string; by: Grouping; value: string | null; count: number };
export type ItemNode = { kind: "item"; item: ListedItem; service: string | null; group: string };
export type MoreNode = { kind: "more"; group: GroupNode; left: number };
export type WorkNode = GroupNode | ItemNode | MoreNode;

export const groupId = (by: Grouping, value: string | null): string => `${by}\0${value ?? ""}`;

/** What to ask for, so that a group's items come. */
export function groupFilter({ by, value }: GroupNode): ParamsOf<"work.list"> {
  if (value === null) return by === "label" ? { noLabel: true } : { noService: true };
  // zod says whether it is a status or a type.
  return (by === "status" ? { status: [value] } : { [by]: value }) as ParamsOf<"work.list">;
}
