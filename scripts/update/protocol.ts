// docs/protocol.md: how to speak with the daemon from any language.
import { readFileSync } from "node:fs";
import path from "node:path";
import { faults } from "../../protocol/errors.ts";
import { largestFrame, stoppingNotification } from "../../protocol/wire.ts";
import type { Schema } from "./openrpc.ts";
import { table } from "./reference.ts";

interface MethodObject {
  name: string;
  summary: string;
  params: { name: string; required?: boolean; description?: string }[];
  errors: { $ref: string }[];
  "x-kind": string;
}

interface EventObject {
  name: string;
  summary: string;
  data: { properties?: Record<string, unknown> };
}

const exampleRequest = '{"jsonrpc":"2.0","id":1,"method":"service.list","params":{}}';

export function protocolPage(document: Schema): string {
  const methods = document.methods as unknown as MethodObject[];
  const events = document["x-events"] as unknown as EventObject[];
  return `# The protocol

<!-- Derived by \`npm run update\` from protocol/. -->

The daemon speaks JSON-RPC 2.0. Whatever the command line and the editor can do, any program can. The schemas of all
parameters and results are in [openrpc.json](openrpc.json); this page is what surrounds them.

## Where

A Unix socket that only its owner can open. The first of these that applies:

${table(
  ["", "socket"],
  [
    ["`CALCIFER_HOME` is set", "`$CALCIFER_HOME/run/daemon.sock`"],
    ["`XDG_RUNTIME_DIR` is set", "`$XDG_RUNTIME_DIR/calcifer/daemon.sock`"],
    ["Linux", "`~/.local/share/calcifer/run/daemon.sock` (`XDG_DATA_HOME` is heeded)"],
    ["macOS", "`~/Library/Application Support/Calcifer/run/daemon.sock`"],
    ["Windows", "a named pipe of the user's own"],
  ],
).join("\n")}

A path too long for a socket (107 bytes, 103 on macOS) becomes a short one under \`/tmp\`. Rather than work it out, ask:
\`calcifer daemon start --json\` starts the daemon if none runs and prints \`socket\` among other things;
\`calcifer daemon status --json\` starts nothing.

## Framing

As in the Language Server Protocol: a header, an empty line, the message in UTF-8. The length is in bytes, lines end in
CR LF. A message of more than ${largestFrame / 1024 / 1024} MiB ends the connection.

\`\`\`
Content-Length: ${Buffer.byteLength(exampleRequest)}\\r\\n
\\r\\n
${exampleRequest}
\`\`\`

Parameters go by name. Requests may be sent before earlier ones are answered; answers come as they are ready. Every request
with an id is answered, the malformed and the unknown too.

## Hello

The first request of a connection says who speaks:

\`\`\`json
{"jsonrpc":"2.0","id":0,"method":"hello","params":{"version":"1.0.0","client":"other"}}
\`\`\`

\`client\` is \`cli\`, \`extension\`, \`hook\` or \`other\`; it is written into events as \`by\`. The answer has the daemon's \`version\`,
\`contract\`, \`pid\` and \`seq\`, the number of the newest event. A client that was built from this contract may send
\`contract\`, the hash it was built with: when it differs from the daemon's the answer is the fault \`incompatible\`, and
\`data.data.action\` says what to do: \`replace\` (this client is newer; the daemon makes room, connect again) or \`update\` (this
client is older). Without \`contract\` a client takes its own risk: unknown parameters are refused, new fields may appear in
results.

## Saying no

An error has one of these codes, and in \`data\` the fault as the command line prints it: \`fault\`, \`message\`, \`reasons\` (each
with \`check\`, \`message\` and, where there is a way out, \`next\`), \`hint\`, and \`data\` with facts for programs.

${table(
  ["fault", "code", "exit of the CLI", "when"],
  Object.entries(faults).map(([name, f]) => [`\`${name}\``, String(f.code), String(f.exit), f.says]),
).join("\n")}

Besides these, JSON-RPC's own: -32700 for what is no JSON, -32600 for what is no request, -32601 for an unknown method.

## Once and only once

A method is an *ask*, which never writes, or an *act*. An act takes \`idempotencyKey\` among its parameters, a text of up to 200
characters: repeat a call whose answer was lost with the same key, and you get the first result; nothing is done twice. The
same key for another call is a \`conflict\`.

## Progress and stopping

Any request may carry \`workDoneToken\` (a text or a number) among its parameters; while it runs the daemon may send the
notification \`$/progress\` with \`{"token", "value": {"message", "percentage"}}\`. The notification \`$/cancelRequest\` with
\`{"id"}\` stops the request of that id, which is then answered with the fault \`cancelled\`, unless it was done first. An ask
ends with its connection; an act goes on without it.

## Goodbye

When a person stops the daemon, clients that said they are \`cli\` or \`extension\` hear the notification
\`${stoppingNotification}\` with \`{"why"}\`; then every connection gets the answers that are due, and ends. A client that starts the
daemon when it is gone shall not do so after this word, until somebody acts. A connection that ends without it was lost.

## Events

\`event.subscribe\` with \`{"since": n}\` sends every event after number n as the notification \`event\`, the past ones first,
until the connection ends. Keep the \`seq\` of the last one you have dealt with, subscribe from it after a reconnect, and you
miss nothing. \`since\` 0 is from the beginning; the \`seq\` of the welcome is from now on. An event has \`seq\`, \`at\`, \`name\`,
\`item\`, \`service\`, \`by\`, and \`data\` according to its name:

${table(
  ["event", "when", "data"],
  events.map((e) => [
    `\`${e.name}\``,
    e.summary,
    Object.keys(e.data.properties ?? {})
      .map((key) => `\`${key}\``)
      .join(", "),
  ]),
).join("\n")}

## Methods

${table(["method", "", "what it does", "parameters", "faults"], methods.map(methodRow)).join("\n")}

Required parameters are in bold. Every method may also answer \`invalid\`, \`unreachable\`, \`cancelled\`, \`incompatible\` and
\`internal\`.

## A client in Python

Nothing but the standard library; [docs/examples/client.py](examples/client.py), run by our tests.

\`\`\`python
${example("client.py")}
\`\`\`

## A client in a shell

With \`socat\` or \`nc\`; [docs/examples/client.sh](examples/client.sh), run by our tests. For scripts,
\`calcifer rpc <method> '<json>'\` does all of this in one line.

\`\`\`sh
${example("client.sh")}
\`\`\`
`;
}

function methodRow({ name, summary, params, errors, "x-kind": kind }: MethodObject): string[] {
  const names = params.map((p) => (p.required ? `**${p.name}**` : p.name)).join(", ");
  const says = errors.map(({ $ref }) => $ref.split("/").at(-1) as string).filter((fault) => fault !== "invalid");
  return [`\`${name}\``, kind, summary, names, says.join(", ")].map((text) => text.replaceAll("|", "\\|"));
}

const example = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, "../../docs/examples", name), "utf8").trimEnd();
