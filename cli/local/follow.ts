// `calcifer events --follow`: a line per event as it happens. A daemon that goes and comes again costs no event.
import { type Connection, connect } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import type { EventRecord } from "../../protocol/event.ts";
import type { Parsed } from "../args.ts";
import { reaching } from "../call.ts";
import { eventLine } from "../pretty/event.ts";
import { out, paperOf } from "../print.ts";

export async function follow({ params, globals }: Parsed): Promise<number> {
  const on = paperOf(1);
  process.once("SIGINT", () => process.exit(0));
  let connection: Connection | undefined = await connect(reaching());
  let last = (params.since as number | undefined) ?? connection.welcome.seq;
  const hear = (method: string, event: EventRecord) => {
    // What came twice is told once.
    if (method !== "event" || event.seq <= last) return;
    last = event.seq;
    if (wanted(event, params)) out(globals.json ? JSON.stringify(event) : eventLine(event, on, { time: "clock" }));
  };
  for (;;) {
    if (connection) {
      connection.onNotification((method, event) => hear(method, event as EventRecord));
      await connection.request("event.subscribe", { since: last }).catch(() => {});
      await connection.closed;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    connection = await whenBack();
  }
}

/** Waits for a daemon somebody else starts: one that was stopped on purpose must not come back because somebody looks on. */
async function whenBack(): Promise<Connection | undefined> {
  try {
    return await connect({ client: "cli", timeout: 5000 });
  } catch (error) {
    if (error instanceof Fault && error.fault === "unreachable") return undefined;
    throw error;
  }
}

/** The same filters as without --follow. */
export function wanted(event: EventRecord, { item, service, name }: Record<string, unknown>): boolean {
  if (item !== undefined && event.item !== item) return false;
  if (service !== undefined && event.service !== service) return false;
  return typeof name !== "string" || event.name.startsWith(name);
}
