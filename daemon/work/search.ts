// A filter with words in it, as one expression of the full-text index. Pure; the tables are the store's.
import type { Filter, Scope } from "./store.ts";

/**
 * What the index is asked for: the words, and beside them, in its column `facets`, status, type and service. So it walks
 * the newest hits alone and stops when a page is full, however many items have the words.
 * @param scopes any of which will do
 * @param services numbers of the services that have the filter's name; undefined when it names none
 * @returns undefined when nothing can be found
 */
export function searchExpression(
  filter: Pick<Filter, "search" | "type">,
  scopes: readonly Scope[],
  services: readonly number[] | undefined,
): string | undefined {
  const words = (filter.search ?? "").match(/[\p{L}\p{N}]+/gu);
  if (!words || services?.length === 0) return undefined;
  // Every word is a prefix, quoted: nobody's search is an FTS expression by accident.
  const parts = [`{title description notes} : (${words.map((w) => `"${w}"*`).join(" AND ")})`];
  if (!scopes.includes("any")) parts.push(`(${scopes.map(facet).join(" OR ")})`);
  if (filter.type !== undefined) parts.push(facet(filter.type));
  if (services) parts.push(`(${services.map((id) => facet(`s${id}`)).join(" OR ")})`);
  return parts.join(" AND ");
}

const facet = (name: string): string => `facets : "${name}"`;
