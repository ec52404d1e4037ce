// For tests: as much of VS Code as the hosts of our pages need, so that what they do can be seen without one. To be
// imported first; what imports `vscode` is then imported by `import()`.
import { registerHooks } from "node:module";
import type { Daemon } from "../daemon.ts";
import type { Repos, Shown } from "../repos.ts";

type Listener<T> = (value: T) => void;

class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

const uri = (fsPath: string) => ({ fsPath, toString: () => `file://${fsPath}` });
const never = new EventEmitter<never>().event;

/** What is set here holds for the code under test. */
export const world = {
  trusted: true,
  /** commands that were run, with what they were given */
  ran: [] as unknown[][],
  /** warnings that were shown, each with its buttons, and the button that is pressed */
  warned: [] as string[][],
  answer: undefined as string | undefined,
  settings: {} as Record<string, unknown>,
  /** whether a person looks at this window */
  focused: true,
};

class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
class ThemeIcon extends ThemeColor {}
class MarkdownString {
  value = "";
  appendMarkdown(text: string): void {
    this.value += text;
  }
}

export const vscode = {
  Uri: { file: uri, joinPath: ({ fsPath }: { fsPath: string }, more: string) => uri(`${fsPath}/${more}`) },
  EventEmitter,
  CancellationTokenSource: class {
    token = {};
    cancel() {}
  },
  workspace: {
    get isTrusted() {
      return world.trusted;
    },
    onDidGrantWorkspaceTrust: never,
    getConfiguration: () => ({ get: (key: string) => world.settings[key], update: async () => {} }),
  },
  window: {
    get state() {
      return { focused: world.focused };
    },
    createStatusBarItem: () => ({ show() {}, hide() {}, dispose() {} }),
    showWarningMessage: async (...given: string[]) => {
      world.warned.push(given);
      return world.answer;
    },
  },
  ThemeColor,
  ThemeIcon,
  MarkdownString,
  StatusBarAlignment: { Left: 1 },
  ConfigurationTarget: { Global: 1 },
  Disposable: class {
    readonly dispose: () => void;
    constructor(dispose: () => void) {
      this.dispose = dispose;
    }
  },
  commands: { executeCommand: async (...given: unknown[]) => void world.ran.push(given) },
  env: { language: "en" },
  extensions: { getExtension: () => undefined },
  l10n: {
    t: (text: string, ...given: unknown[]) => text.replaceAll(/\{(\d)\}/g, (_, n: string) => String(given[Number(n)])),
    bundle: undefined,
  },
};

const shared = Symbol.for("vscode of the tests");
Object.assign(globalThis, { [shared]: vscode });
const source = `export const { ${Object.keys(vscode).join()} } = globalThis[Symbol.for("${shared.description}")];`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "vscode"
      ? { url: `data:text/javascript,${encodeURIComponent(source)}`, format: "module", shortCircuit: true }
      : next(specifier, context),
});

/** A view or a panel, with the page in it played by the test. */
export class Showing {
  readonly posted: { id?: number; state?: Record<string, unknown>; fault?: { fault: string } }[] = [];
  readonly #received = new EventEmitter<unknown>();
  readonly #shown = new EventEmitter<void>();
  readonly onDidReceiveMessage = this.#received.event;
  readonly onDidChangeVisibility = this.#shown.event;
  readonly onDidChangeViewState = this.#shown.event;
  readonly onDidDispose = never;
  readonly cspSource = "test:";
  readonly webview = this;
  visible = true;
  title = "";
  html = "";

  asWebviewUri = (one: unknown) => one;
  postMessage = async (message: (typeof this.posted)[number]) => this.posted.push(message) > 0;
  say = (message: unknown) => this.#received.fire(message);

  show(visible: boolean): void {
    this.visible = visible;
    this.#shown.fire();
  }

  /** Waits for what the host says. */
  async hears(is: (message: (typeof this.posted)[number]) => unknown): Promise<(typeof this.posted)[number]> {
    for (let turn = 0; turn < 500; turn++) {
      const found = this.posted.findLast(is);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`Not among ${JSON.stringify(this.posted)}`);
  }
}

/** @param answer to what is asked and acted */
export function fakeDaemon(answer: (method: string, params: Record<string, unknown>) => unknown) {
  const changed = new EventEmitter<void>();
  const calls: string[] = [];
  const call = async (method: string, params: Record<string, unknown>) => {
    calls.push(method);
    return answer(method, params);
  };
  const output = { warn: () => {}, debug: () => {}, error: (text: string) => assertNever(text) };
  const state = { is: "up" };
  const daemon = { state, ask: call, act: call, output, onDidChangeState: changed.event, onDidHear: never };
  return { daemon: daemon as unknown as Daemon, calls, change: () => changed.fire() };
}

function assertNever(text: string): never {
  throw new Error(text);
}

/** @param git what Source Control holds of each repository */
export function fakeRepos(repos: Shown[], git: Record<string, { inputBox: { value: string } }> = {}) {
  const changed = new EventEmitter<void>();
  const window = { current: repos[0], refreshed: 0 };
  const made = {
    snapshot: { repos, services: [], open: [] },
    get current() {
      return window.current;
    },
    git: { getRepository: ({ fsPath }: { fsPath: string }) => git[fsPath] ?? null },
    onDidChange: changed.event,
    choose(repo: string) {
      window.current = repos.find((one) => one.repo === repo);
      changed.fire();
    },
    async refresh() {
      window.refreshed++;
    },
  };
  return { repos: made as unknown as Repos, window, change: () => changed.fire() };
}
