// The item's page between its state and its picture: what is being edited, acts and their faults, conflicts.
import * as l10n from "@vscode/l10n";
import type { FaultData } from "../../../protocol/errors.ts";
import type { Item } from "../../../protocol/work.ts";
import type { ParamsOf } from "../../daemon.ts";
import type { Connection } from "../toolkit/browser/connection.ts";
import { say } from "../toolkit/browser/elements.ts";
import { asFaultData } from "../toolkit/browser/fault.ts";
import { type Edit, locate, meet } from "./edits.ts";
import type { Command, ItemState, ItemWords, Shown } from "./words.ts";

/** `edits` by the name of the field: title, description, notes, `point <text>`, and what is to be added. */
export type Drafts = { edits: Record<string, Edit> };

type Method = ItemWords["methods"][number];
/** Three windows that save at the same moment are settled by then. */
const tries = 3;

export class ItemModel {
  readonly connection: Connection<ItemWords, Drafts>;
  readonly faults = new Map<string, FaultData>();
  readonly #redraw: () => void;
  readonly #saving = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  constructor(connection: Connection<ItemWords, Drafts>, redraw: () => void) {
    this.connection = connection;
    this.#redraw = redraw;
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

  /** Saves what was left while nothing could be saved. */
  catchUp(): void {
    if (!this.able) return;
    for (const [field, save] of this.#waiting) {
      this.#waiting.delete(field);
      save();
    }
  }

  edit(field: string): Edit | undefined {
    return this.connection.drafts.edits[field];
  }

  /** @param now what the field holds, as the daemon says */
  type(field: string, now: string, typed: string): void {
    const { edits } = this.connection.drafts;
    edits[field] = { start: edits[field]?.start ?? now, typed };
    this.connection.keep();
    this.#redraw();
  }

  forget(field: string): void {
    delete this.connection.drafts.edits[field];
    this.faults.delete(field);
    this.connection.keep();
    this.#redraw();
  }

  /** Whose text it is, now that both are there. */
  keepMine(field: string, now: () => string, save: (text: string) => Promise<boolean>): void {
    const edit = this.edit(field);
    if (edit) this.connection.drafts.edits[field] = { ...edit, start: now() };
    void this.save(field, now, save);
  }

  /**
   * Saves what was typed, unless others changed the same field meanwhile: then both are shown.
   * @param now what the field holds; asked again after each try
   */
  async save(field: string, now: () => string, save: (text: string) => Promise<boolean>): Promise<void> {
    const edit = this.edit(field);
    if (!edit || this.#saving.has(field)) return;
    const met = meet(edit, now());
    if (met === "settled" || met === "theirs") return this.forget(field);
    if (!this.able) this.#waiting.set(field, () => void this.save(field, now, save));
    if (met === "both" || !this.able) return this.#redraw();
    this.#saving.add(field);
    const saved = await save(edit.typed).finally(() => this.#saving.delete(field));
    // Typed on while it was being saved: what is saved is where the editing goes on from.
    const later = this.edit(field);
    if (saved && later?.typed === edit.typed) this.forget(field);
    else if (saved && later) this.connection.drafts.edits[field] = { ...later, start: edit.typed };
    this.#redraw();
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
        if (fault.fault === "conflict" && now && left > 0) this.#learn(now);
        else return this.#fail(field, fault);
      }
    }
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
