// The way to the daemon: one connection, made when first needed, and made again after it broke.
import type * as z from "zod";
import { type Connection, connect } from "../protocol/connect.ts";
import type { daemon } from "../protocol/daemon.ts";

export type DaemonStatus = z.infer<typeof daemon.methods.status.result>;

export class Daemon {
  readonly #program: string;
  #connection: Promise<Connection> | undefined;

  /** @param program the daemon's bundle, started when no daemon answers */
  constructor(program: string) {
    this.#program = program;
  }

  /** @throws Fault */
  async status(): Promise<DaemonStatus> {
    const connection = await this.#connected();
    return (await connection.request("daemon.status")) as DaemonStatus;
  }

  dispose(): void {
    this.#connection?.then((connection) => connection.close()).catch(() => {});
  }

  #connected(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    // VS Code's own runtime runs the daemon, so that no Node need be installed.
    const start = { execPath: process.execPath, args: [this.#program] };
    const connection = connect({ client: "extension", start });
    this.#connection = connection;
    const forget = () => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    connection.then(({ closed }) => closed).then(forget, forget);
    return connection;
  }
}
