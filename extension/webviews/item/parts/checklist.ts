// The checklist: tick, add, change, remove, and move by drag or by alt and the arrow keys.
import * as l10n from "@vscode/l10n";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { type Drawn, icon, iconButton, say } from "../../toolkit/browser/elements.ts";
import { locate } from "../edits.ts";
import type { ItemModel } from "../model.ts";
import { conflict, type Field, fault, field } from "./field.ts";

type Point = ItemModel["item"]["checklist"][number];

export function checklist(model: ItemModel): Drawn {
  const { checklist: points } = model.item;
  const names = model.points.map(({ name }) => name);
  const done = points.filter((point) => point.done).length;
  return html`<section aria-labelledby="checklist-heading">
    <h2 id="checklist-heading" class="row" tabindex="-1">
      <span class="grow">${l10n.t("Checklist")}</span>
      ${points.length === 0 ? nothing : html`<span class="quiet">${l10n.t("{0} of {1}", done, points.length)}</span>`}
    </h2>
    <ol class="checklist">${repeat(
      points,
      (_point, index) => names[index],
      (point, index) => row(model, point, index),
    )}</ol>
    ${model.able ? adding(model) : nothing}${fault(model, "checklist")}
  </section>`;
}

function row(model: ItemModel, point: Point, index: number): Drawn {
  const tick = () => void model.onPoint(point.done ? "work.uncheck" : "work.check", index);
  const of = words(model, point, index);
  return html`<li
    class="point ${point.done ? "done" : ""}"
    @keydown=${(event: KeyboardEvent) => arrow(model, event, index)}
    @dragover=${over}
    @dragleave=${leave}
    @drop=${(event: DragEvent) => drop(model, event, index)}
  >
    ${model.able ? grip(index) : nothing}
    <input
      type="checkbox"
      aria-label=${point.text}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      ?disabled=${!model.able}
      .checked=${live(point.done)}
      @change=${tick}
    />
    <div class="grow">${field(model, of)}${conflict(model, of)}</div>
    ${model.able ? iconButton({ icon: "close", label: l10n.t("Remove “{0}”", point.text), run: () => void remove(model, index) }) : nothing}
  </li>`;
}

function words(model: ItemModel, { text }: Point, index: number): Field {
  const name = nameOf(model, index);
  // It may have moved, or be gone, when it comes to be saved.
  const at = () => model.points.findIndex((point) => point.name === name);
  return {
    name,
    label: l10n.t("Point {0}", index + 1),
    className: "in-place",
    now: () => model.points[at()]?.text ?? text,
    // An empty point is no point.
    save: (typed) =>
      typed.trim() === "" ? remove(model, at()) : model.onPoint("work.check-edit", at(), { text: typed.trim() }),
  };
}

function nameOf(model: ItemModel, index: number): string {
  return model.points[index]?.name ?? "";
}

async function remove(model: ItemModel, index: number): Promise<boolean> {
  const { text = "" } = model.item.checklist[index] ?? {};
  const name = nameOf(model, index);
  const removed = await model.onPoint("work.check-remove", index);
  if (!removed) return false;
  say(l10n.t("Removed “{0}”", text));
  model.forget(name);
  focusPoint(Math.min(index, model.item.checklist.length - 1), "button");
  return true;
}

function adding(model: ItemModel): Drawn {
  const name = "new point";
  const typed = model.edit(name)?.typed ?? "";
  const type = (event: Event) => model.type(name, "", (event.target as HTMLInputElement).value);
  const add = async (event: KeyboardEvent) => {
    const text = typed.trim();
    if (event.key !== "Enter" || event.isComposing || text === "") return;
    event.preventDefault();
    if (await model.act("checklist", "work.check-add", () => ({ text }))) {
      model.forget(name);
      say(l10n.t("Added “{0}”", text));
    }
  };
  return html`<div class="point adding">
    ${icon("add")}
    <input
      type="text"
      class="in-place"
      maxlength="500"
      aria-label=${l10n.t("Add a point")}
      placeholder=${l10n.t("Add a point")}
      .value=${live(typed)}
      @input=${type}
      @keydown=${add}
    />
  </div>`;
}

async function move(model: ItemModel, from: number, to: number): Promise<void> {
  const { checklist: points } = model.item;
  const moved = points[from];
  if (!moved || to < 0 || to >= points.length || to === from) return;
  const focused = document.activeElement?.closest("li")
    ? (document.activeElement as HTMLElement).tagName.toLowerCase()
    : "input";
  if (!(await model.onPoint("work.check-move", from, { to: to + 1 }))) return;
  const at = locate(model.item.checklist, moved.text, to) ?? to;
  // A node that is moved loses the focus.
  focusPoint(at, focused);
  say(l10n.t("“{0}” is now {1} of {2}", moved.text, at + 1, points.length));
}

function arrow(model: ItemModel, event: KeyboardEvent, index: number): void {
  const by = event.key === "ArrowUp" ? -1 : 1;
  if (!event.altKey || !/^Arrow(Up|Down)$/.test(event.key) || !model.able) return;
  event.preventDefault();
  void move(model, index, index + by);
}

function focusPoint(index: number, what: string): void {
  document.querySelectorAll(".checklist > li")[index]?.querySelector<HTMLElement>(what)?.focus();
}

const kind = "application/x-calcifer-point";

function grip(index: number): Drawn {
  const start = (event: DragEvent) => {
    event.dataTransfer?.setData(kind, String(index));
    const point = (event.target as Element).closest("li");
    if (point) event.dataTransfer?.setDragImage(point, 0, 0);
  };
  return html`<span class="grip" draggable="true" title=${l10n.t("Drag, or press Alt and an arrow key, to move")} @dragstart=${start}>
    ${icon("gripper")}
  </span>`;
}

/** Below the middle of a point: behind it. */
function isBehind(event: DragEvent): boolean {
  const { top, height } = (event.currentTarget as Element).getBoundingClientRect();
  return event.clientY > top + height / 2;
}

function over(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes(kind)) return;
  event.preventDefault();
  const { classList } = event.currentTarget as Element;
  classList.toggle("drop-behind", isBehind(event));
  classList.toggle("drop-before", !isBehind(event));
}

function leave(event: DragEvent): void {
  (event.currentTarget as Element).classList.remove("drop-before", "drop-behind");
}

function drop(model: ItemModel, event: DragEvent, index: number): void {
  leave(event);
  const data = event.dataTransfer?.getData(kind);
  if (!data) return;
  event.preventDefault();
  const from = Number(data);
  const before = index + (isBehind(event) ? 1 : 0);
  void move(model, from, before > from ? before - 1 : before);
}
