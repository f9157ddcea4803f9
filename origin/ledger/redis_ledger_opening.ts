import { keysOf, stageKey } from "./redis_ledger_keys.ts";
import { inPieces } from "./redis_ledger_groups.ts";
import { type ScriptCall, SCRIPTS } from "./redis_ledger_scripts.ts";
import { holderText } from "./redis_ledger_texts.ts";
import type { ItemTerms, Opening, OpenOutcome, Reservation } from "./stock_ledger.ts";

/** An abandoned stage disappears after this time without a further page. */
const STAGE_LIFETIME_MS = 600_000;

/** Runs one script and gives its answer. */
export type Ask = (call: ScriptCall) => Promise<unknown>;

/**
 * Stages the reservations page by page and swaps them in. A server that changes its identity while
 * that goes on is noticed at the latest by `open_item.lua`.
 */
export async function openRedisItem(
  ask: Ask,
  namespace: string,
  opening: Opening,
  reservations: AsyncIterable<Reservation[]>,
): Promise<OpenOutcome> {
  const { item, epoch } = opening;
  const stage = stageKey(namespace, item, epoch);
  const put = async (begin: boolean, piece: Reservation[]) => {
    const entries = piece.flatMap((one) => [one.userId, holderText(one)]);
    const reply = await ask({
      script: SCRIPTS.stage,
      keys: [stage],
      args: [begin ? 1 : 0, STAGE_LIFETIME_MS, JSON.stringify(entries)],
    });
    return reply as [replid: string, added: number];
  };

  const [replid] = await put(true, []);
  let staged = 0;
  for await (const page of reservations) {
    for (const piece of inPieces(page)) {
      const [here, added] = await put(false, piece);
      if (here !== replid) return "replaced";
      staged += Number(added);
    }
  }
  const keys = keysOf(namespace, item);
  return await ask({
    script: SCRIPTS.openItem,
    keys: [keys.meta, keys.holders, keys.outbox, keys.due, keys.sends, keys.changes, stage],
    args: [epoch, replid, staged, opening.remaining, ...termsArguments(opening.terms)],
  }) as OpenOutcome;
}

/** Terms as the scripts take them: version, starts, ends, paused, limit, window. */
export function termsArguments(terms: ItemTerms): number[] {
  return [
    terms.version,
    Math.floor(terms.startsAt),
    Math.floor(terms.endsAt),
    terms.paused ? 1 : 0,
    terms.perUserLimit,
    Math.floor(terms.paymentWindowMs),
  ];
}
