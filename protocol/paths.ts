// Where Calcifer keeps its things on this machine. Knows the folders, not what is in them.
import os from "node:os";
import path from "node:path";

/** The longest path a Unix socket can have (sun_path less its final zero; macOS has 104, Linux 108). */
export const longestSocketPath = process.platform === "darwin" ? 103 : 107;

export interface Folders {
  /** database, backups, the launcher */
  data: string;
  config: string;
  /** logs and state that may be lost */
  state: string;
  /** a folder only the owner may enter, holding the socket; undefined on Windows */
  run: string | undefined;
  /** what to connect to: a Unix socket's path, or a named pipe on Windows */
  socket: string;
}

type Env = Record<string, string | undefined>;

/** The folders for an environment. `CALCIFER_HOME` puts everything in one folder. */
export function folders(env: Env = process.env): Folders {
  const base = baseFolders(env);
  if (process.platform === "win32") return { ...base, run: undefined, socket: pipeName(base.data) };
  const run = runFolder(env, base.data);
  return { ...base, run, socket: path.join(run, "daemon.sock") };
}

function baseFolders(env: Env): { data: string; config: string; state: string } {
  if (env.CALCIFER_HOME) {
    const home = path.resolve(env.CALCIFER_HOME);
    return { data: home, config: path.join(home, "config"), state: path.join(home, "state") };
  }
  const home = env.HOME ?? os.homedir();
  if (process.platform === "win32") {
    const local = path.join(env.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "Calcifer");
    return { data: local, config: path.join(local, "config"), state: path.join(local, "state") };
  }
  if (process.platform === "darwin") {
    const support = path.join(home, "Library", "Application Support", "Calcifer");
    return { data: support, config: support, state: path.join(home, "Library", "Logs", "Calcifer") };
  }
  const xdg = (name: string, fallback: string) => path.join(env[name] || path.join(home, fallback), "calcifer");
  return {
    data: xdg("XDG_DATA_HOME", ".local/share"),
    config: xdg("XDG_CONFIG_HOME", ".config"),
    state: xdg("XDG_STATE_HOME", ".local/state"),
  };
}

function runFolder(env: Env, data: string): string {
  const preferred =
    !env.CALCIFER_HOME && env.XDG_RUNTIME_DIR ? path.join(env.XDG_RUNTIME_DIR, "calcifer") : path.join(data, "run");
  if (Buffer.byteLength(path.join(preferred, "daemon.sock")) <= longestSocketPath) return preferred;
  // A home too deep for a socket gets a short folder of its own, named after the user and the home.
  return path.join("/tmp", `calcifer-${os.userInfo().uid}-${digest(data)}`);
}

function pipeName(data: string): string {
  return `\\\\.\\pipe\\calcifer-${digest(`${os.userInfo().username}\0${data}`)}`;
}

// Not imported at the top: loading node:crypto costs every command four milliseconds, and few homes need a digest.
const digest = (text: string): string =>
  process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("hex").slice(0, 16);
