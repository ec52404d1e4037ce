// A page in a webview, from VS Code's side: its document, its wire to the daemon, its newest state.
import * as vscode from "vscode";
import type { Daemon } from "../../daemon.ts";
import type { Bridge, CallContext, Functions } from "./bridge.ts";
import type { StateOf, Words } from "./envelope.ts";
import { pageHtml } from "./html.ts";

export interface PageOptions<W extends Words> {
  /** the folder of the page: dist/webviews/<name>.js */
  name: string;
  title: string;
  webview: vscode.Webview;
  extensionUri: vscode.Uri;
  daemon: Daemon;
  /** loads zod, so it is asked late */
  words: () => Promise<W>;
  functions: Functions<W>;
  /** shown until the first push */
  first: StateOf<W>;
}

export class WebPage<W extends Words> implements vscode.Disposable {
  readonly #options: PageOptions<W>;
  readonly #bridge: Promise<Bridge<W>>;
  readonly #listener: vscode.Disposable;
  #state: StateOf<W>;

  constructor(options: PageOptions<W>) {
    const { webview } = options;
    this.#options = options;
    this.#state = options.first;
    this.#bridge = this.#join();
    this.#listener = webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    webview.options = { enableScripts: true, localResourceRoots: [this.#folder] };
    webview.html = this.#html();
  }

  /** Shows a state; the page keeps what is being typed. */
  push(state: StateOf<W>): void {
    this.#state = state;
    this.#send().catch((error: unknown) => this.#options.daemon.output.error(String(error)));
  }

  dispose(): void {
    this.#listener.dispose();
    void this.#bridge.then((bridge) => bridge.dispose());
  }

  get #folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.#options.extensionUri, "dist/webviews");
  }

  async #join(): Promise<Bridge<W>> {
    const [{ Bridge }, words] = await Promise.all([import("../later.ts"), this.#options.words()]);
    const { webview, functions, daemon } = this.#options;
    return new Bridge(words, {
      call: (method, kind, params, context) => call(daemon, method, kind, params, context),
      functions,
      post: (message) => void webview.postMessage(message),
    });
  }

  async #send(): Promise<void> {
    const bridge = await this.#bridge;
    bridge.push(this.#state);
  }

  #receive(message: unknown): void {
    // A page that was hidden, or moved to another window, begins anew and has only what its document says.
    if (message === "ready") this.push(this.#state);
    else void this.#bridge.then((bridge) => bridge.receive(message));
  }

  #html(): string {
    const { webview, name, title } = this.#options;
    const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.#folder, file)).toString();
    return pageHtml({
      title,
      language: vscode.env.language,
      source: webview.cspSource,
      nonce: crypto.randomUUID().replaceAll("-", ""),
      script: uri(`${name}.js`),
      styles: { codicons: uri("codicon.css"), page: uri(`${name}.css`) },
      first: {
        state: this.#state,
        version: String(vscode.extensions.getExtension("calcifer.calcifer")?.packageJSON.version),
        texts: vscode.l10n.bundle,
      },
    });
  }
}

function call(
  daemon: Daemon,
  method: Parameters<Daemon["ask"]>[0],
  kind: "ask" | "act",
  params: object,
  { signal, progress }: CallContext,
): Promise<unknown> {
  const cancelling = new vscode.CancellationTokenSource();
  signal.addEventListener("abort", () => cancelling.cancel());
  if (kind === "ask") return daemon.ask(method, params as never, { token: cancelling.token });
  return daemon.act(method, params as never, { token: cancelling.token, progress: (message) => progress(message) });
}
