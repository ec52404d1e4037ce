// Loads better-sqlite3, the one native module. Nothing else may import it by value.
import type Sqlite from "better-sqlite3";
import { Fault } from "../../protocol/errors.ts";

export type Native = Sqlite.Database;
type Constructor = new (file: string, options?: Sqlite.Options) => Native;

let loaded: Constructor | undefined;

/**
 * The constructor of better-sqlite3.
 * @throws Fault incompatible on a runtime it would crash, or when it is not installed
 */
export async function sqlite(): Promise<Constructor> {
  if (loaded) return loaded;
  // It is built for Node-API 10: on a runtime with less it does not complain, the process is gone.
  if (!(Number(process.versions.napi) >= 10))
    throw new Fault(
      "incompatible",
      `Calcifer needs Node 22.14 or newer; this is Node ${process.version} (${process.execPath}).`,
      {
        hint: "Install a newer Node, or use the terminal inside VS Code, where Calcifer brings its own.",
      },
    );
  try {
    loaded = (await import("better-sqlite3")).default as unknown as Constructor;
  } catch (error) {
    throw new Fault(
      "incompatible",
      `SQLite could not be loaded on ${process.platform}-${process.arch}: ${(error as Error).message.split("\n")[0]}`,
      {
        hint: "Install Calcifer again, for this platform.",
      },
    );
  }
  return loaded;
}

/** SQLite's own name for what went wrong (`SQLITE_BUSY`), if it is an error of SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : undefined;
}
