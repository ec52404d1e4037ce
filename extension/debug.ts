// Launch configurations that fit the repositories of the window, offered under Run and Debug. Nothing is written for them.
import * as vscode from "vscode";
import { type OffersByFolder, placed } from "./offers.ts";

/** Debuggers we know configurations for. */
const types = ["node", "chrome", "debugpy", "go", "lldb", "dotnet", "java", "php", "rdbg"];

class Launches implements vscode.DebugConfigurationProvider {
  readonly #offers: OffersByFolder;
  readonly #type: string;

  constructor(offers: OffersByFolder, type: string) {
    this.#offers = offers;
    this.#type = type;
  }

  async provideDebugConfigurations(
    folder: vscode.WorkspaceFolder | undefined,
    token?: vscode.CancellationToken,
  ): Promise<vscode.DebugConfiguration[]> {
    const offers = folder && (await this.#offers.of(folder, token));
    return (offers?.launches ?? [])
      .filter(({ type }) => type === this.#type)
      .map(({ configuration, name, type }) => ({
        request: "launch",
        ...placed(configuration, offers?.repo ?? ""),
        name,
        type,
      }));
  }
}

/** Offers them for the debuggers that are installed: another type has no name VS Code could show. */
export class DebugOffers implements vscode.Disposable {
  readonly #offers: OffersByFolder;
  readonly #registered = new Map<string, vscode.Disposable>();
  readonly #listener: vscode.Disposable;

  constructor(offers: OffersByFolder) {
    this.#offers = offers;
    this.#listener = vscode.extensions.onDidChange(() => this.#register());
    this.#register();
  }

  get types(): string[] {
    return [...this.#registered.keys()];
  }

  /** What is offered for one debugger. */
  for(type: string): Launches {
    return new Launches(this.#offers, type);
  }

  dispose(): void {
    this.#listener.dispose();
    for (const one of this.#registered.values()) one.dispose();
  }

  #register(): void {
    const there = installedDebuggers();
    for (const type of types.filter((one) => there.has(one) && !this.#registered.has(one)))
      this.#registered.set(
        type,
        vscode.debug.registerDebugConfigurationProvider(
          type,
          this.for(type),
          vscode.DebugConfigurationProviderTriggerKind.Dynamic,
        ),
      );
  }
}

function installedDebuggers(): Set<string> {
  const found = new Set<string>();
  for (const { packageJSON } of vscode.extensions.all) {
    const { debuggers } = (packageJSON as { contributes?: { debuggers?: { type?: unknown }[] } }).contributes ?? {};
    for (const { type } of debuggers ?? []) if (typeof type === "string") found.add(type);
  }
  return found;
}
