// A page in a webview, from VS Code's side: its document, its wire to the daemon, its newest state.
import * as vscode from "vscode";
import { Fault } from "../../../protocol/errors.ts";
import type { Daemon, MethodName } from "../../daemon.ts";
import type { Bridge, CallContext, Functions } from "./bridge.ts";
import type { StateOf, ToPage, Words } from "./envelope.ts";
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
  /** told of every act of the page that was done, also when the page is gone or hidden by then */
  acted?: (method: MethodName, params: object, result: unknown) => void;
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
    this.#send().catch((error: unknown) => this.#complain(error));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#bridge.then((bridge) => bridge.dispose()).catch(() => {});
  }

  get #folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.#options.extensionUri, "dist/webviews");
  }

  async #join(): Promise<Bridge<W>> {
    const [{ Bridge }, words] = await Promise.all([import("../later.ts"), this.#options.words()]);
    const { webview, functions, daemon, acted } = this.#options;
    return new Bridge(words, {
      call: async (method, kind, params, context) => {
        const result = await call(daemon, method, kind, params, context);
        if (kind === "act") acted?.(method, params, result);
        return result;
      },
      functions,
      post: (message) => void post(webview, message),
    });
  }

  async #send(): Promise<void> {
    const bridge = await this.#bridge;
    bridge.push(this.#state);
  }

  #receive(message: unknown): void {
    // A page that was hidden, or moved to another window, begins anew and has only what its document says.
    if (message === "ready") this.push(this.#state);
    else this.#bridge.then((bridge) => bridge.receive(message)).catch((error: unknown) => this.#complain(error));
  }

  #complain(error: unknown): void {
    this.#options.daemon.output.error(String(error));
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
        made: crypto.randomUUID(),
        version: String(vscode.extensions.getExtension("calcifer.calcifer")?.packageJSON.version),
        texts: vscode.l10n.bundle,
      },
    });
  }
}

/** It may be gone at this moment. */
async function post(webview: vscode.Webview, message: ToPage): Promise<void> {
  try {
    await webview.postMessage(message);
  } catch {
    // Nobody is there to be told.
  }
}

/** @throws Fault */
async function call(
  daemon: Daemon,
  method: MethodName,
  kind: "ask" | "act",
  params: object,
  { signal, progress }: CallContext,
): Promise<unknown> {
  if (kind === "act" && !vscode.workspace.isTrusted)
    throw new Fault("refused", vscode.l10n.t("This workspace is not trusted, so nothing can be changed here."));
  const cancelling = new vscode.CancellationTokenSource();
  signal.addEventListener("abort", () => cancelling.cancel());
  if (kind === "ask") return daemon.ask(method, params as never, { token: cancelling.token });
  return daemon.act(method, params as never, { token: cancelling.token, progress: (message) => progress(message) });
}
