// The run folder, where the socket is: the owner's alone, or there is no daemon.
import { lstatSync } from "node:fs";
import { makeFolder } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";
import type { Folders } from "../../protocol/paths.ts";

/** Makes the run folder. @throws Fault refused when it belongs to somebody else, or others may enter */
export function prepareRunFolder({ run }: Folders): void {
  if (run === undefined) return;
  try {
    makeFolder(run);
  } catch (error) {
    throw no(`The folder for the socket, ${run}, cannot be made: ${(error as Error).message}.`);
  }
  const { uid, mode, isDirectory } = stat(run);
  if (!isDirectory) throw no(`${run} is not a folder; the socket cannot be kept there.`);
  if (uid !== process.getuid?.())
    throw no(`The folder ${run} belongs to another user; the socket cannot be kept there.`);
  if ((mode & 0o077) !== 0)
    throw no(
      `The folder ${run} is open to other users (mode ${(mode & 0o777).toString(8)}); the socket cannot be kept there.`,
      `chmod 700 ${run}`,
    );
}

// A symbolic link is not followed: what it points to could change between the look and the use.
function stat(folder: string): { uid: number; mode: number; isDirectory: boolean } {
  const found = lstatSync(folder);
  return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() };
}

function no(message: string, next?: string): Fault {
  return new Fault("refused", message, {
    reasons: [{ check: "socket", message, next }],
    hint: next ?? "Set CALCIFER_HOME to a folder of your own.",
  });
}
