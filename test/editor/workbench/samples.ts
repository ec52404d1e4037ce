// Repositories as a small team has them, and where a story begins.
import type { Place } from "./place.ts";

export const gateway = {
  Caddyfile: "example.org {\n  reverse_proxy web:8080\n}\n",
  "README.md": "# Gateway\n\nWhere requests come in.\n",
};
export const billing = {
  "invoice.js": "export const total = (lines) => lines.reduce((sum, line) => sum + line.price, 0);\n",
  "README.md": "# Billing\n",
};

/** Not a service yet. */
export async function unregistered(place: Place): Promise<string> {
  await place.repository("gateway", gateway);
  return "gateway";
}

/** A service; its first item is a bug, whose merge asks for an entry, a ticked checklist and notes. */
export async function withBug(place: Place, title = "Answer with 404, not with 500"): Promise<string> {
  await place.service("gateway", gateway);
  await place.calcifer("gateway", "work", "add", title, "--type", "bug");
  return "gateway";
}

/** The first item is under way, and a file is changed. */
export async function started(place: Place): Promise<string> {
  await withBug(place);
  await place.calcifer("gateway", "work", "start", "1");
  place.edit("gateway/Caddyfile", (text) => text.replace("}", "  handle_errors {\n    respond 404\n  }\n}"));
  return "gateway";
}

/** Everything a merge asks for, beside a commit with an entry. */
export async function fulfil(place: Place, item: number): Promise<void> {
  await place.calcifer("gateway", "work", "check", String(item), "--all");
  await place.calcifer("gateway", "work", "note", String(item), "Tried with curl.");
}
