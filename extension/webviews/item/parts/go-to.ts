// Brings a part of the page into view, with the focus in it.
import type { ItemState } from "../words.ts";

const places = { notes: "notes", checklist: "checklist-heading" };

export function goTo(part: NonNullable<ItemState["focus"]>): void {
  const element = document.getElementById(places[part]);
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}
