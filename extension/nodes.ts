// What rows of our trees, and callers of our commands, have in common: which item, service or repository they are about.

/** A row of a tree, or what a command is called with. */
export interface About {
  item?: { id: number } | number | null;
  service?: string | null;
  repo?: string;
}

const about = (given: unknown): About => (typeof given === "object" && given !== null ? (given as About) : {});

export function itemOf(given: unknown): number | undefined {
  if (typeof given === "number") return given;
  const { item } = about(given);
  if (typeof item === "number") return item;
  return typeof item?.id === "number" ? item.id : undefined;
}

/** All rows selected where there are several, without repetition: one item may stand in two groups. */
export function itemsOf(given: unknown, selected: unknown): number[] {
  const rows: unknown[] = Array.isArray(selected) && selected.length > 1 ? selected : [given];
  return [...new Set(rows.flatMap((row) => itemOf(row) ?? []))];
}

export function serviceOf(given: unknown): string | undefined {
  if (typeof given === "string") return given;
  return about(given).service ?? undefined;
}

/** Also of a repository of VS Code's Source Control. */
export function repoOf(given: unknown): string | undefined {
  const root = (given as { rootUri?: { fsPath?: string } } | undefined)?.rootUri?.fsPath;
  const { repo } = about(given);
  return typeof repo === "string" ? repo : root;
}

/** A row of one of our trees, rather than what a caller hands over. */
export const isRow = (given: unknown): given is { kind: string } =>
  typeof given === "object" && given !== null && "kind" in given;
