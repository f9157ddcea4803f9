import type { SqlValue } from "./database.ts";

/** Most values of one `IN (…)`. */
const LONGEST_LIST = 512;

/** Values for one `IN (…)`, and its question marks. */
export interface InList<V extends SqlValue> {
  marks: string;
  values: V[];
}

/**
 * Cuts values into lists of at most 512. Each is filled up to a power of two with its last value,
 * so that only ten texts per statement are ever prepared.
 */
export function inLists<V extends SqlValue>(values: V[]): InList<V>[] {
  const lists: InList<V>[] = [];
  for (let at = 0; at < values.length; at += LONGEST_LIST) {
    const list = values.slice(at, at + LONGEST_LIST);
    const last = list[list.length - 1]!;
    let length = 1;
    while (length < list.length) length *= 2;
    while (list.length < length) list.push(last);
    lists.push({ marks: list.map(() => "?").join(", "), values: list });
  }
  return lists;
}
