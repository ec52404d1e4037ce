// Programs that are batch files on Windows.

const batch: Record<string, string> = {
  npm: "npm.cmd",
  npx: "npx.cmd",
  pnpm: "pnpm.cmd",
  yarn: "yarn.cmd",
  "./mvnw": "mvnw.cmd",
  "./gradlew": "gradlew.bat",
};

/** What a program is called on Windows, where its arguments are plain: cmd.exe would obey what is in others. */
export const batchFile = (command: string, args: readonly string[]): string | undefined =>
  args.every((arg) => /^[\w.:@/=+-]*$/.test(arg)) ? batch[command] : undefined;
