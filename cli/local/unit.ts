// What `daemon install` and `uninstall` would do on this platform, as a plan that can be shown and tested. Pure.
import path from "node:path";

export interface Step {
  /** in a person's words */
  says: string;
  write?: { file: string; content: string };
  remove?: string;
  run?: readonly string[];
  /** the daemon that runs now ends first, so that it does not stand in the new one's place */
  stop?: true;
  /** its failure ends nothing: it may have been done already */
  lenient?: true;
}

export interface Plan {
  file: string;
  steps: Step[];
}

export interface Machine {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  uid: number;
  /** the runtime and the daemon's file */
  command: readonly [string, string];
  /** whether `systemctl --user` answers */
  systemd: boolean;
}

/** The first line of our files; a file without it is somebody else's. */
export const signature = "Written by `calcifer daemon install`; `calcifer daemon uninstall` removes it.";

const unitName = "calcifer.service";
const label = "io.calcifer.daemon";

/** undefined: there is no way on this platform. */
export function planInstall(on: Machine): Plan | undefined {
  if (on.platform === "darwin") {
    const file = agentFile(on);
    return {
      file,
      steps: [
        { says: `write the agent ${file}`, write: { file, content: agent(on) } },
        { says: "stop the daemon that runs now", stop: true },
        {
          says: "unload an older agent, if there is one",
          run: ["launchctl", "bootout", `gui/${on.uid}/${label}`],
          lenient: true,
        },
        { says: "load it, now and with every login", run: ["launchctl", "bootstrap", `gui/${on.uid}`, file] },
      ],
    };
  }
  if (on.platform !== "linux") return undefined;
  const file = unitFile(on);
  const write: Step = { says: `write the unit ${file}`, write: { file, content: unit(on) } };
  if (!on.systemd) return { file, steps: [write] };
  return {
    file,
    steps: [
      write,
      { says: "stop the daemon that runs now", stop: true },
      { says: "let systemd read it", run: ["systemctl", "--user", "daemon-reload"] },
      { says: "start it, now and with every session", run: ["systemctl", "--user", "enable", "--now", unitName] },
    ],
  };
}

export function planUninstall(on: Machine): Plan | undefined {
  if (on.platform === "darwin") {
    const file = agentFile(on);
    return {
      file,
      steps: [
        {
          says: "unload the agent, which ends its daemon",
          run: ["launchctl", "bootout", `gui/${on.uid}/${label}`],
          lenient: true,
        },
        { says: `remove ${file}`, remove: file },
      ],
    };
  }
  if (on.platform !== "linux") return undefined;
  const file = unitFile(on);
  const disable: Step = {
    says: "stop the unit, and start it no more",
    run: ["systemctl", "--user", "disable", "--now", unitName],
    lenient: true,
  };
  const reload: Step = { says: "let systemd forget it", run: ["systemctl", "--user", "daemon-reload"], lenient: true };
  const remove: Step = { says: `remove ${file}`, remove: file };
  return { file, steps: on.systemd ? [disable, remove, reload] : [remove] };
}

/** What to type once a session of systemd is there. */
export const enableCommand = `systemctl --user enable --now ${unitName}`;

const unitFile = ({ env, home }: Machine): string =>
  path.join(env.XDG_CONFIG_HOME || path.join(home, ".config"), "systemd/user", unitName);

const agentFile = ({ home }: Machine): string => path.join(home, "Library/LaunchAgents", `${label}.plist`);

/** What the daemon must find in its environment to be the one this command line speaks with. */
function environment({ env }: Machine): [string, string][] {
  const handed = ["CALCIFER_HOME", "ELECTRON_RUN_AS_NODE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"];
  const set = handed.flatMap((name): [string, string][] => (env[name] ? [[name, env[name]]] : []));
  return [["CALCIFER_STAY", "1"], ...set];
}

function unit(on: Machine): string {
  const quote = (text: string) => `"${text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
  // Only ExecStart looks at dollars.
  const argument = (text: string) => quote(text).replaceAll("$", "$$$$");
  return `# ${signature}
[Unit]
Description=Calcifer, change control for services

[Service]
ExecStart=${on.command.map(argument).join(" ")}
${environment(on)
  .map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`)
  .join("\n")}
Restart=on-failure
RestartSec=2

[Install]
WantedBy=default.target
`;
}

function agent(on: Machine): string {
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const string = (text: string) => `<string>${escaped(text)}</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${signature} -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${string(label)}
  <key>ProgramArguments</key>
  <array>${on.command.map(string).join("")}</array>
  <key>EnvironmentVariables</key>
  <dict>${environment(on)
    .map(([name, value]) => `<key>${name}</key>${string(value)}`)
    .join("")}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
</dict>
</plist>
`;
}
