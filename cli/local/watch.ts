// `health list --watch` and `health show --watch`: the same again whenever something happens, and now and then, until Ctrl+C.
import { type Connection, connect } from "../../protocol/connect.ts";
import type { EventRecord } from "../../protocol/event.ts";
import type { Parsed } from "../args.ts";
import { callFor, reaching } from "../call.ts";
import { pretty } from "../pretty.ts";
import { isTerminal, json, out, paperOf } from "../print.ts";

/** Milliseconds between two looks when nothing is told. */
const every = 5000;
/** What happens at once is drawn once. */
const gather = 150;

export async function watch(parsed: Parsed): Promise<number> {
  const { watch: _, ...params } = parsed.params;
  const asked = { ...parsed, params };
  const full = isTerminal(1) && !parsed.globals.json;
  const end = new Promise<number>((resolve) => process.once("SIGINT", () => resolve(0)));
  let look = () => {};
  const listening = listen(
    (name) => name.startsWith("health.") || name.startsWith("incident."),
    () => look(),
  );
  for (;;) {
    const result = await callFor(asked);
    const text = parsed.globals.json
      ? json(result)
      : pretty(asked.command.method as string, result, paperOf(1), params);
    out(full ? `\u001b[H\u001b[2J${text}` : `${text}\n`);
    const again = new Promise<undefined>((resolve) => {
      const timer = setTimeout(resolve, every, undefined);
      look = () => {
        clearTimeout(timer);
        setTimeout(resolve, gather, undefined);
      };
    });
    const ended = await Promise.race([end, again]);
    if (ended === undefined) continue;
    (await listening)?.close();
    return ended;
  }
}

/** Tells of events; without a connection the time between looks has to do. */
async function listen(wanted: (name: string) => boolean, heard: () => void): Promise<Connection | undefined> {
  try {
    const connection = await connect(reaching());
    connection.onNotification((method, event) => {
      if (method === "event" && wanted((event as EventRecord).name)) heard();
    });
    await connection.request("event.subscribe", { since: connection.welcome.seq });
    return connection;
  } catch {
    return undefined;
  }
}
