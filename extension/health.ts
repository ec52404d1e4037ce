// How services stand: asked of the daemon after events, and again and again only while something looks.
import * as vscode from "vscode";
import type { EventRecord } from "../protocol/event.ts";
import type { HealthState, ServiceHealth } from "../protocol/health.ts";
import type { Incident } from "../protocol/incident.ts";
import { type Daemon, faultOf } from "./daemon.ts";

export type { HealthState, Incident, ServiceHealth };

export interface HealthSnapshot {
  /** every service, also those without an endpoint */
  services: ServiceHealth[];
  /** those that are not resolved, newest first */
  incidents: Incident[];
  /** false: nothing can be measured now; `note` says why */
  measured: boolean;
  note: string;
}

/** A network that goes away takes many endpoints with it: that is one question … */
const settle = 150;
/** … and where they fail one after the other, each window asks so often at the most. */
const rest = 700;
/** Between two questions while something looks: as often as an eager endpoint is checked. */
const pace = 10_000;

export class Health implements vscode.Disposable {
  /** the snapshot was asked for anew */
  readonly onDidChange: vscode.Event<HealthSnapshot>;
  readonly #daemon: Daemon;
  readonly #changed = new vscode.EventEmitter<HealthSnapshot>();
  readonly #disposables: vscode.Disposable[];
  #snapshot: HealthSnapshot | undefined;
  #byName = new Map<string, ServiceHealth>();
  #timer: NodeJS.Timeout | undefined;
  #pacing: NodeJS.Timeout | undefined;
  #lookers = 0;
  #running: Promise<void> | undefined;
  #again = false;
  /** when it was asked last */
  #asked = Number.NEGATIVE_INFINITY;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.onDidChange = this.#changed.event;
    this.#disposables = [
      this.#changed,
      daemon.onDidChangeState(({ is }) => {
        if (is === "up") void this.refresh();
        else if (this.#snapshot) this.#changed.fire(this.#snapshot);
      }),
      daemon.onDidHear((event) => this.#hear(event)),
    ];
  }

  /** undefined: not known yet */
  get snapshot(): HealthSnapshot | undefined {
    return this.#snapshot;
  }

  /** Nobody measures, and nobody is about to: what is known is of before. */
  get over(): boolean {
    const { is } = this.#daemon.state;
    return is === "stopped" || is === "failed";
  }

  /** How a service stands; undefined where nothing of it is watched, or nothing is known yet. */
  of(service: string | null | undefined): ServiceHealth | undefined {
    const found = this.#byName.get(service ?? "");
    return found && found.endpoints > 0 ? found : undefined;
  }

  /** The open incident that a service takes part in. */
  incidentOf(service: string): Incident | undefined {
    const number = this.#byName.get(service)?.incident;
    return this.#snapshot?.incidents.find(({ id }) => id === number);
  }

  /** Keeps the snapshot new until the answer is disposed of. */
  look(): vscode.Disposable {
    if (++this.#lookers === 1) this.#pacing = setInterval(() => void this.refresh(), pace);
    void this.refresh();
    let looks = true;
    return new vscode.Disposable(() => {
      if (looks && --this.#lookers === 0) clearInterval(this.#pacing);
      looks = false;
    });
  }

  /** Resolves when what happened before the call is in the snapshot. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#askUntilNew().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pacing);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #askUntilNew(): Promise<void> {
    do {
      this.#again = false;
      await this.#ask();
    } while (this.#again);
  }

  async #ask(): Promise<void> {
    if (this.#daemon.state.is !== "up") return;
    this.#asked = performance.now();
    try {
      const [health, { incidents }] = await Promise.all([
        this.#daemon.ask("health.services", {}),
        this.#daemon.ask("incident.list", { limit: 500 }),
      ]);
      this.#snapshot = { ...health, incidents };
      this.#byName = new Map(health.services.map((one) => [one.service, one]));
      this.#changed.fire(this.#snapshot);
    } catch (error) {
      this.#daemon.output.warn(faultOf(error).message);
    }
  }

  #hear({ name }: EventRecord): void {
    if (!/^(health|incident|service)\./.test(name)) return;
    const wait = Math.max(settle, this.#asked + rest - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, wait);
  }
}
