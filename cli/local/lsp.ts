// `calcifer lsp`: an editor's standard streams on one side, the daemon's socket on the other. Changes nothing that passes.
import type { Socket } from "node:net";
import { openSocket } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import { Deframer } from "../../protocol/wire.ts";
import { reaching } from "../call.ts";

/** Ends well when the editor ends it. @throws Fault when the daemon goes away before that, so that the editor starts it anew */
export async function lsp(): Promise<number> {
  const { socket } = await openSocket({ ...reaching(), client: "other" });
  const { stdin, stdout } = process;
  let ended = false;
  const end = () => {
    ended = true;
  };
  // `exit` ends the connection from the other side, and that looks like a daemon that went away.
  const listen = exitHeard(end);
  stdin.on("data", listen).on("end", end).on("error", end);
  // An editor that is gone reads no more.
  stdout.on("error", () => {
    end();
    socket.destroy();
  });
  stdin.pipe(socket);
  socket.pipe(stdout, { end: false });
  await over(socket);
  // What a pipe has not taken yet would be lost with the process.
  await new Promise<void>((resolve) => stdout.write("", () => resolve()));
  if (ended) return 0;
  throw new Fault("unreachable", "The daemon went away.", {
    hint: "The editor may start the language server again, and that starts the daemon: calcifer lsp",
  });
}

const over = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });

/** Longer messages are something else. */
const longestExit = 200;

function exitHeard(then: () => void): (chunk: Buffer) => void {
  const frames = new Deframer();
  let deaf = false;
  return (chunk) => {
    if (deaf) return;
    try {
      for (const text of frames.push(chunk)) if (text.length <= longestExit && isExit(text)) then();
    } catch {
      // No frames: the daemon says so, and ends the connection.
      deaf = true;
    }
  };
}

function isExit(text: string): boolean {
  try {
    return (JSON.parse(text) as { method?: unknown } | null)?.method === "exit";
  } catch {
    return false;
  }
}
