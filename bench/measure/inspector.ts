// Looks into a running Node process through its inspector, which a signal opens: until then it costs nothing.
import { setTimeout as sleep } from "node:timers/promises";

/** Node's own: VS Code lets nobody choose another one for its extension hosts. */
const port = 9229;

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async open(pid: number): Promise<Inspector> {
    process.kill(pid, "SIGUSR1");
    const socket = new WebSocket(await address());
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error(`The inspector of ${pid} does not answer.`)));
    });
    const inspector = new Inspector(socket);
    const found = await inspector.evaluate<number>("process.pid");
    if (found !== pid) throw new Error(`Port ${port} belongs to the inspector of another process, ${found}.`);
    return inspector;
  }

  /** The value of an expression. */
  async evaluate<T>(expression: string): Promise<T> {
    const asked = { expression, returnByValue: true, awaitPromise: true };
    const { result } = await this.ask<{ result: { value: T } }>("Runtime.evaluate", asked);
    return result.value;
  }

  ask<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      );
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Ends the inspector in the process as well: the next one wants the port. */
  async close(): Promise<void> {
    await this.evaluate(`void setTimeout(() => process.getBuiltinModule("inspector").close(), 50)`);
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    this.#socket.close();
    await closed;
  }
}

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

async function address(): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${port}/json`).catch(() => undefined);
    const [target] = response?.ok ? ((await response.json()) as { webSocketDebuggerUrl: string }[]) : [];
    if (target) return target.webSocketDebuggerUrl;
    await sleep(20);
  }
  throw new Error(`Nobody listens on the inspector's port ${port}.`);
}
