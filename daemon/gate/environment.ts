// The environment of a person's own commands: their shell's tools, this user's folders, and nothing else of what the daemon was started with.
import type { ShellVariable } from "../../protocol/identity.ts";

const ofThisUser =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|XDG_\w+|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|SystemRoot|SystemDrive|ComSpec|PATHEXT|WINDIR|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERPROFILE|HOMEDRIVE|HOMEPATH|ProgramFiles.*|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE)$/i;

/** @param shell what the shell that asks has of these */
export function testEnvironment(shell: Partial<Record<ShellVariable, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => ofThisUser.test(name));
  // Nobody is there to answer, or to watch: most test tools know that by CI.
  return { ...Object.fromEntries(own), ...shell, CI: "true", GIT_TERMINAL_PROMPT: "0" };
}
