import type { ItemKey } from "../../shared/item.ts";
import type { ProofBook, TicketEnd } from "./proof_book.ts";

/** Pairs read at a time, and rows. */
const PAIRS = 10_000;
const ROWS = 500;

/** Most rows of an item: 50 million, 800 MB of pairs; a walk that goes on is getting nowhere. */
const MAX_PAGES = 5_000;

/** Ids of rows, and the seqs by which they are put in order. */
interface Pairs {
  ids: Float64Array;
  seqs: Float64Array;
}

/**
 * The rows of an item in the order of their seqs, which no index gives: 16 bytes per row are kept,
 * page by page in order as they come (nearly sorted already), and merged; then rows are read by id.
 */
export async function* ticketsInOrder(
  book: Pick<ProofBook, "listSeqs" | "readTickets">,
  item: ItemKey,
  giveWay: () => Promise<void>,
): AsyncGenerator<TicketEnd[]> {
  let runs: Pairs[] = [];
  let afterId = 0;
  for (let page = 0;; page += 1) {
    if (page === MAX_PAGES) throw new Error(`Cannot list the tickets of ${item}: too many`);
    const pairs = await book.listSeqs(item, afterId, PAIRS);
    if (pairs.length === 0) break;
    afterId = pairs.at(-1)![0];
    pairs.sort((a, b) => a[1] - b[1]);
    runs.push({
      ids: Float64Array.from(pairs, ([id]) => id),
      seqs: Float64Array.from(pairs, ([, seq]) => seq),
    });
    await giveWay();
  }
  while (runs.length > 1) {
    const merged: Pairs[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [a, b] = [runs[at]!, runs[at + 1]];
      merged.push(b === undefined ? a : merge(a, b));
      await giveWay();
    }
    runs = merged;
  }
  const ids = runs[0]?.ids ?? new Float64Array();
  for (let at = 0; at < ids.length; at += ROWS) {
    yield await book.readTickets([...ids.subarray(at, at + ROWS)]);
    await giveWay();
  }
}

function merge(a: Pairs, b: Pairs): Pairs {
  const length = a.ids.length + b.ids.length;
  const ids = new Float64Array(length);
  const seqs = new Float64Array(length);
  let [fromA, fromB] = [0, 0];
  for (let at = 0; at < length; at += 1) {
    const takesA = fromB === b.ids.length ||
      (fromA < a.ids.length && a.seqs[fromA]! <= b.seqs[fromB]!);
    ids[at] = takesA ? a.ids[fromA]! : b.ids[fromB]!;
    seqs[at] = takesA ? a.seqs[fromA++]! : b.seqs[fromB++]!;
  }
  return { ids, seqs };
}
