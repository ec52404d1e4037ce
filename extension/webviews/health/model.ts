// The Health page between what the host says and its picture: what is filtered, what is open, what is being asked.
import * as l10n from "@vscode/l10n";
import type { FaultData } from "../../../protocol/errors.ts";
import type { HealthState } from "../../../protocol/health.ts";
import type { Incident } from "../../../protocol/incident.ts";
import type { ResultOf } from "../../daemon.ts";
import type { Connection } from "../toolkit/browser/connection.ts";
import { say } from "../toolkit/browser/elements.ts";
import { asFaultData } from "../toolkit/browser/fault.ts";
import type { Command, HealthPageState, HealthWords, Row } from "./words.ts";

export const ranges = ["1h", "6h", "24h", "7d", "30d", "90d"] as const;
export type Range = (typeof ranges)[number];

/** What a person has chosen; kept over a reload. */
export interface Drafts {
  text: string;
  states: HealthState[];
  label: string;
  environment: string;
  service: string | null;
  incident: number | null;
  range: Range;
  /** of the list, in pixels */
  scroll: number;
}
export const noDrafts: Drafts = {
  text: "",
  states: [],
  label: "",
  environment: "",
  service: null,
  incident: null,
  range: "24h",
  scroll: 0,
};

export type Detail = ResultOf<"health.show">;
export type Series = Detail["series"][number];
export type ShownIncident = ResultOf<"incident.show">;
type About = Omit<Parameters<Connection<HealthWords, Drafts>["host"]>[1] & object, "command">;

export class HealthModel {
  readonly connection: Connection<HealthWords, Drafts>;
  rows: Row[] = [];
  incidents: Incident[] = [];
  /** of the service that is open, as last answered */
  detail: { service: string; range: Range; found: Detail } | undefined;
  incident: ShownIncident | undefined;
  fault: FaultData | undefined;
  /** endpoints that are being checked */
  readonly checking = new Set<number>();
  /** services that fitted since the filter was set: what is being read does not leave by itself */
  readonly #kept = new Set<string>();
  readonly #redraw: () => void;
  #turn = -1;
  #asked = 0;
  loaded = false;
  /** Of hundreds of rows the first ones are drawn at once, the others behind them. */
  whole = false;
  readonly #known = new Map<string, { text: string; row: Row }>();

  constructor(connection: Connection<HealthWords, Drafts>, redraw: () => void) {
    this.connection = connection;
    this.#redraw = redraw;
  }

  get state(): HealthPageState {
    return this.connection.state;
  }

  get drafts(): Drafts {
    return this.connection.drafts;
  }

  get able(): boolean {
    return this.state.trusted && this.state.connection === "up";
  }

  /** The row of the service that is open. */
  get open(): Row | undefined {
    return this.rows.find(({ service }) => service === this.drafts.service);
  }

  get filtered(): boolean {
    const { text, states, label, environment } = this.drafts;
    return text.trim() !== "" || states.length > 0 || label !== "" || environment !== "";
  }

  /** By name, so that nothing moves while states change. */
  get visible(): Row[] {
    return this.rows.filter((row) => {
      if (this.#fits(row)) this.#kept.add(row.service);
      return this.#kept.has(row.service);
    });
  }

  #fits({ service, state, labels, environments, why }: Row): boolean {
    const { text, states, label, environment } = this.drafts;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [service, why, ...labels, ...environments].join("\n").toLowerCase();
    return (
      (states.length === 0 || states.includes(state)) &&
      (label === "" || labels.includes(label)) &&
      (environment === "" || environments.includes(environment)) &&
      words.every((word) => all.includes(word))
    );
  }

  /** Takes up what the host says: to be called with each of its states. */
  catchUp(): void {
    const { show, turn } = this.state;
    if (show) {
      const filter = { ...noDrafts, range: this.drafts.range };
      const of = show.service ?? (show.incident === null ? null : (this.#serviceOf(show.incident) ?? null));
      if (show.state) this.choose({ ...filter, states: [show.state] });
      else this.choose({ service: of, incident: show.incident });
      this.connection.learn({ show: null });
      this.call("shown", {});
    }
    if (turn === this.#turn) return;
    this.#turn = turn;
    void this.#refresh();
  }

  /** Changes what is filtered or open. */
  choose(part: Partial<Drafts>): void {
    const before = { ...this.drafts };
    Object.assign(this.drafts, part);
    if ("text" in part || "states" in part || "label" in part || "environment" in part) this.#kept.clear();
    const { service, incident, range } = this.drafts;
    if (service !== before.service || incident !== before.incident || range !== before.range) {
      if (service !== before.service) this.incident = undefined;
      this.fault = undefined;
      void this.#askDetail();
    }
    this.connection.keep();
    this.#redraw();
  }

  drawWhole(): void {
    this.whole = true;
    this.#redraw();
  }

  /** Keeps where the list is, without drawing it. */
  scrolled(scroll: number): void {
    this.drafts.scroll = scroll;
    this.connection.keep();
  }

  run(command: Command, about: About = {}): void {
    this.call("run", { command, ...about });
  }

  /** Something of the host that shows, and gives nothing back. */
  call<F extends keyof HealthWords["functions"]>(name: F, params: Parameters<typeof this.connection.host<F>>[1]): void {
    this.connection.host(name, params).catch((error: unknown) => this.#fail(error));
  }

  async check(endpoint: { id: number; name: string }): Promise<void> {
    this.checking.add(endpoint.id);
    this.#redraw();
    try {
      const { outcome } = await this.connection.call("health.check", { endpoint: String(endpoint.id) });
      say(l10n.t("{0}: {1}", endpoint.name, outcome.why));
      await this.#askDetail();
    } catch (error) {
      this.#fail(error);
    }
    this.checking.delete(endpoint.id);
    this.#redraw();
  }

  async resume(endpoint: number): Promise<void> {
    try {
      await this.connection.call("health.resume", { endpoint: String(endpoint) });
      await this.#askDetail();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A row that says nothing new stays the same object, so that it need not be drawn again. */
  #same(row: Row): Row {
    const text = JSON.stringify(row);
    const known = this.#known.get(row.service);
    if (known?.text === text) return known.row;
    this.#known.set(row.service, { text, row });
    return row;
  }

  #serviceOf(incident: number): string | undefined {
    return this.incidents.find(({ id }) => id === incident)?.service;
  }

  async #refresh(): Promise<void> {
    try {
      const { services, incidents } = await this.connection.host("all", {});
      this.rows = services.map((row) => this.#same(row)).sort((a, b) => byName.compare(a.service, b.service));
      this.incidents = incidents;
      this.loaded = true;
      await this.#askDetail();
    } catch (error) {
      this.#fail(error);
    }
    this.#redraw();
  }

  /** What is shown stays until the newer answer is there. */
  async #askDetail(): Promise<void> {
    const { service, range } = this.drafts;
    const asked = ++this.#asked;
    const number = this.drafts.incident ?? this.open?.incident ?? null;
    try {
      const [incident, found] = await Promise.all([
        number === null ? undefined : this.connection.call("incident.show", { incident: number }),
        service === null || (this.open?.endpoints ?? 0) === 0
          ? undefined
          : this.connection.call("health.show", { endpoint: service, since: range, points: points }),
      ]);
      if (asked !== this.#asked) return;
      this.incident = incident;
      this.detail = service !== null && found ? { service, range, found } : undefined;
      // It was asked for by its number alone.
      if (incident && service === null) this.choose({ service: incident.service });
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
    this.#redraw();
  }

  #fail(error: unknown): void {
    this.fault = asFaultData(error);
    say(this.fault.message);
    this.#redraw();
  }
}

const byName = new Intl.Collator();
/** More than a chart of usual width can show. */
const points = 300;
