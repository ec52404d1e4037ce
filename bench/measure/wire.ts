// One connection and one question at a time, with nothing between the socket and the clock.
import net from "node:net";
import { Deframer, frame } from "../../protocol/wire.ts";

export class Wire {
  private readonly socket: net.Socket;
  private readonly frames = new Deframer();
  private answered: ((text: string) => void) | undefined;
  private last = 0;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      for (const text of this.frames.push(chunk)) this.take(text);
    });
  }

  static open(path: string): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(path, () => resolve(new Wire(socket)));
      socket.once("error", reject);
    });
  }

  private take(text: string): void {
    const answered = this.answered;
    this.answered = undefined;
    answered?.(text);
  }

  /** The answer as it came. */
  ask(method: string, params: object): Promise<string> {
    if (this.answered) throw new Error(`${method} was asked before the last answer came.`);
    const id = ++this.last;
    return new Promise((resolve) => {
      this.answered = resolve;
      this.socket.write(frame({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** @throws when the answer is a fault */
  async result<T = unknown>(method: string, params: object): Promise<T> {
    const { result, error } = JSON.parse(await this.ask(method, params)) as { result?: T; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Milliseconds of each of some questions, asked one after the other. @throws when one is refused */
export async function times(wire: Wire, method: string, questions: object[]): Promise<number[]> {
  const taken: number[] = [];
  for (const params of questions) {
    const start = performance.now();
    const answer = await wire.ask(method, params);
    taken.push(performance.now() - start);
    if (answer.includes('"error":{"code"')) throw new Error(`${method} ${JSON.stringify(params)}: ${answer}`);
  }
  return taken;
}
