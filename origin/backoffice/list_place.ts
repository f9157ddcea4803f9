import { pageOfQuery } from "./kit/list_query.ts";
import type { PageContext } from "./page_env.ts";

/** Where in a list somebody is. */
export interface ListPlace {
  /** The address with its filters, for the pager. */
  url: URL;
  page: number;
  per: number;
  /** The same for the API. */
  query: { page: string; per: string };
}

/** Reads the place that a list's address asks for. */
export function listPlace(c: PageContext): ListPlace {
  const url = new URL(c.req.url);
  const { page, per } = pageOfQuery(c);
  return { url, page, per, query: { page: String(page), per: String(per) } };
}

/** What somebody is sent to who asks for a page behind the last; null for all others. */
export function lastPage(
  { url, page, per }: ListPlace,
  { items, total }: { items: unknown[]; total: number },
): string | null {
  if (items.length > 0 || total === 0 || page === 1) return null;
  const last = new URL(url);
  last.searchParams.set("page", String(Math.ceil(total / per)));
  return last.pathname + last.search;
}

/** The filters of an address that say something, as text. */
export function filtersOf<Name extends string>(
  url: URL,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = url.searchParams.get(name)?.trim() ?? "";
    if (value !== "") found[name] = value.slice(0, 200);
  }
  return found;
}

/** A path with a query; empty values are left out. */
export function pathWith(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
