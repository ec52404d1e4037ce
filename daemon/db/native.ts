// Loads better-sqlite3, the one native module. Nothing else may import it by value.
import { readdirSync } from "node:fs";
import path from "node:path";
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
    const found = (await import("better-sqlite3")).default as unknown as Constructor;
    // Only now is the binary read.
    new found(":memory:").close();
    loaded = found;
  } catch (error) {
    throw notLoaded(error as Error);
  }
  return loaded;
}

function notLoaded(error: Error): Fault {
  const [here, meant] = [platform(), packagedFor()];
  if (meant.length > 0 && !meant.includes(here))
    return new Fault("incompatible", `This Calcifer was packaged for ${meant.join(", ")}, and this is ${here}.`, {
      hint: `Install the package for ${here}, or the universal one.`,
    });
  const said = error.message.split("\n")[0] ?? "";
  return new Fault("incompatible", `SQLite could not be loaded on ${here}: ${said}`, {
    hint: said.includes("GLIBC_")
      ? "Calcifer needs glibc 2.34 or newer: Debian 12, Ubuntu 22.04, RHEL 9."
      : "Install Calcifer again, for this platform.",
  });
}

/** The platform this runs on, as VS Code calls it. */
export function platform(): string {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const musl = process.platform === "linux" && header.glibcVersionRuntime === undefined;
  return `${musl ? "alpine" : process.platform}-${process.arch}`;
}

/** The platforms whose binaries lie beside the bundle, as VS Code calls them; none where npm installed us. */
function packagedFor(): string[] {
  try {
    const files = readdirSync(path.join(import.meta.dirname, "../prebuilds"));
    return files.map((file) => path.basename(file, ".node").replace("linuxmusl", "alpine"));
  } catch {
    return [];
  }
}

/** SQLite's own name for what went wrong (`SQLITE_BUSY`), if it is an error of SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : undefined;
}
