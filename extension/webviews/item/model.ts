// The item's page between its state and its picture: what is being edited, acts and their faults, conflicts.
import * as l10n from "@vscode/l10n";
import type { FaultData } from "../../../protocol/errors.ts";
import type { Item } from "../../../protocol/work.ts";
import type { ParamsOf } from "../../daemon.ts";
import type { Connection } from "../toolkit/browser/connection.ts";
import { say } from "../toolkit/browser/elements.ts";
import { asFaultData } from "../toolkit/browser/fault.ts";
import { type Edit, locate, meet, type Named, named } from "./edits.ts";
import type { Command, ItemState, ItemWords, Shown } from "./words.ts";

/** `edits` by the name of the field: title, description, notes, those of `points`, and what is to be added. */
export type Drafts = { edits: Record<string, Edit>; points: Named[] };

/** How a field is saved. */
export interface Saving {
  name: string;
  now: () => string;
  save: (text: string) => Promise<boolean>;
  /** of several lines, and may be empty */
  several?: boolean;
}

/** Typing has stopped. */
const pause = 1000;

type Method = ItemWords["methods"][number];
/** Three windows that save at the same moment are settled by then. */
const tries = 3;

export class ItemModel {
  readonly connection: Connection<ItemWords, Drafts>;
  readonly faults = new Map<string, FaultData>();
  readonly #redraw: () => void;
  readonly #saving = new Set<string>();
  readonly #fields = new Map<string, Saving>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** to be saved when that can be done; true while a person is still in the field */
  readonly #waiting: Map<string, boolean>;
  /** to be saved again, because it was left, or typed on, while it was being saved */
  readonly #again = new Map<string, boolean>();
  /** restored while it was being saved */
  readonly #undone = new Set<string>();
  /** what was saved while a person is in the field, and what it was before that */
  readonly #rested = new Map<string, { typed: string; before: string }>();

  constructor(connection: Connection<ItemWords, Drafts>, redraw: () => void) {
    this.connection = connection;
    this.#redraw = redraw;
    this.#waiting = new Map(Object.keys(connection.drafts.edits).map((field) => [field, false]));
  }

  get state(): ItemState {
    return this.connection.state;
  }

  get item(): Shown {
    return this.state.item as Shown;
  }

  /** Whether anything can be changed now. */
  get able(): boolean {
    return this.state.trusted && this.state.connection === "up" && !this.state.gone;
  }

  /** Whether texts can be typed: what cannot be saved now is kept, and saved when the daemon is back. */
  get editable(): boolean {
    return this.state.trusted && !this.state.gone;
  }

  /** Saves what was left while nothing could be saved, or by a page before this one. */
  catchUp(): void {
    if (!this.able || !this.connection.fresh) return;
    for (const [field, within] of this.#waiting) {
      if (!this.#fields.has(field)) continue;
      this.#waiting.delete(field);
      void this.save(field, within);
    }
  }

  /** The points of the checklist, with names that stay theirs. */
  get points(): Named[] {
    const { drafts } = this.connection;
    drafts.points = named(drafts.points, this.item.checklist);
    return drafts.points;
  }

  edit(field: string): Edit | undefined {
    return this.connection.drafts.edits[field];
  }

  /** To be told at each drawing how a field is saved. */
  bind(saving: Saving): void {
    this.#fields.set(saving.name, saving);
  }

  /** @param now what the field holds, as the daemon says */
  type(field: string, now: string, typed: string): void {
    const { edits } = this.connection.drafts;
    const edit = edits[field];
    // What nobody has changed here goes on from what others made of it.
    const start = edit && meet(edit, now) !== "theirs" ? edit.start : now;
    edits[field] = { start, typed };
    this.connection.keep();
    clearTimeout(this.#timers.get(field));
    if (typed !== start)
      this.#timers.set(
        field,
        setTimeout(() => this.#rest(field), pause),
      );
    this.#redraw();
  }

  forget(field: string): void {
    clearTimeout(this.#timers.get(field));
    delete this.connection.drafts.edits[field];
    this.faults.delete(field);
    this.#rested.delete(field);
    this.#waiting.delete(field);
    this.connection.keep();
    this.#redraw();
  }

  /** Back to what it was before the person came, also where that was saved meanwhile. */
  restore(field: string): void {
    const of = this.#fields.get(field);
    const rested = this.#rested.get(field);
    // Others may have gone on from what was saved.
    const mine = of !== undefined && this.edit(field)?.start === of.now();
    if (this.#saving.has(field)) this.#undone.add(field);
    this.forget(field);
    if (rested && mine && of.now() !== rested.before) void of.save(rested.before);
  }

  /** Whose text it is, now that both are there. */
  keepMine({ name, now }: Saving): void {
    const edit = this.edit(name);
    if (edit) this.connection.drafts.edits[name] = { ...edit, start: now() };
    void this.save(name);
  }

  /**
   * Saves what was typed, unless others changed the same field meanwhile: then both are shown.
   * @param within the person is still in the field, and goes on there
   */
  async save(field: string, within = false): Promise<void> {
    clearTimeout(this.#timers.get(field));
    const edit = this.edit(field);
    const of = this.#fields.get(field);
    if (!edit || !of) return;
    if (this.#saving.has(field)) return void this.#again.set(field, within && this.#again.get(field) !== false);
    const met = meet(edit, of.now());
    const done = met !== "both" && (met !== "mine" || this.#rested.get(field)?.typed === edit.typed);
    if (done) return within ? undefined : this.forget(field);
    if (!this.able) this.#waiting.set(field, within);
    if (met === "both" || !this.able) return this.#redraw();
    this.#saving.add(field);
    const saved = await of.save(edit.typed).finally(() => this.#saving.delete(field));
    if (saved) this.#saved(of, edit, within);
    const again = this.#again.get(field);
    this.#again.delete(field);
    if (again !== undefined) return this.save(field, again);
    this.#redraw();
  }

  #saved({ name, now, save }: Saving, { start, typed }: Edit, within: boolean): void {
    if (this.#undone.delete(name)) return void save(start);
    const later = this.edit(name);
    if (!later) return;
    if (later.typed === typed && !within) {
      this.forget(name);
      return;
    }
    // What is saved is where the editing goes on from.
    this.connection.drafts.edits[name] = { ...later, start: now() };
    this.#rested.set(name, { typed, before: this.#rested.get(name)?.before ?? start });
    this.connection.keep();
  }

  /** Closing the page saves nothing, so that what is typed is saved when the person pauses. */
  #rest(field: string): void {
    const of = this.#fields.get(field);
    // An empty line is on its way to another text.
    if (of && (of.several || this.edit(field)?.typed.trim() !== "")) void this.save(field, true);
  }

  /**
   * Acts on the item as it was seen. Where it changed meanwhile, the parameters are made again from what it is now.
   * @param field whose fault it is, when it fails
   * @param params undefined: what was to be done makes no sense any more
   */
  async act<M extends Method>(field: string, method: M, params: (item: Item) => object | undefined): Promise<boolean> {
    this.faults.delete(field);
    for (let left = tries; ; left--) {
      const found = params(this.item);
      if (!found)
        return this.#fail(field, { fault: "conflict", message: l10n.t("It was changed or removed meanwhile.") });
      try {
        const full = { item: this.item.id, ifVersion: this.item.version, ...found } as unknown as ParamsOf<M>;
        this.#learn(await this.connection.call(method, full));
        return true;
      } catch (error) {
        const fault = asFaultData(error);
        const now = fault.data?.item as Item | undefined;
        if (fault.fault === "conflict" && now && left > 0) {
          this.#learn(now);
          if (this.#isCrossed(field)) return false;
        } else return this.#fail(field, fault);
      }
    }
  }

  /** Others changed the text that is just being saved: both are shown. */
  #isCrossed(field: string): boolean {
    const edit = this.edit(field);
    const of = this.#fields.get(field);
    return this.#saving.has(field) && edit !== undefined && of !== undefined && meet(edit, of.now()) === "both";
  }

  /** One point of the checklist, wherever it is by then. */
  onPoint(method: Method, index: number, more: object = {}): Promise<boolean> {
    const { text = "" } = this.item.checklist[index] ?? {};
    return this.act("checklist", method, ({ checklist }) => {
      const at = locate(checklist, text, index);
      if (at === undefined) return undefined;
      return method === "work.check" || method === "work.uncheck" ? { points: [at + 1] } : { point: at + 1, ...more };
    });
  }

  run(command: Command): void {
    this.open("run", { command });
  }

  /** Something of the host that shows, and gives nothing back. */
  open<F extends keyof ItemWords["functions"]>(name: F, params: Parameters<typeof this.connection.host<F>>[1]): void {
    this.connection.host(name, params).catch((error: unknown) => this.#fail("page", asFaultData(error)));
  }

  #learn(answer: unknown): void {
    const item = answer as Partial<Item>;
    // An answer that is no item (of work.document) changes nothing here; the host asks again.
    if (item.version === undefined) this.open("refresh", {});
    else this.connection.learn({ item: { ...this.item, ...(item as Item) } });
  }

  #fail(field: string, fault: FaultData): false {
    this.faults.set(field, fault);
    say(fault.message);
    this.#redraw();
    return false;
  }
}
