import { type ItemKey, itemKey } from "./item.ts";

/**
 * Reservations of one epoch are numbered 1…10⁹−1; `seq = epoch × 10⁹ + n`. A number is never
 * given twice, and every ticket tells the life of the ledger that made it.
 */
export const SEQ_PER_EPOCH = 1_000_000_000;

/** Highest epoch whose seqs are still exact in a double. */
export const MAX_EPOCH = Math.floor(Number.MAX_SAFE_INTEGER / SEQ_PER_EPOCH) - 1;

/** What a buyer's id looks like. */
export const USER_ID_PATTERN = /^[A-Za-z0-9_.@-]{1,64}$/;

/** What an `Idempotency-Key` looks like: 1 to 64 visible ASCII characters. */
export const REQUEST_ID_PATTERN = /^[\x21-\x7e]{1,64}$/;

/** The parts of a ticket. */
export interface TicketParts {
  saleId: number;
  productId: number;
  userId: string;
  seq: number;
  epoch: number;
}

const TICKET_PATTERN = /^([1-9]\d{0,14})-([1-9]\d{0,14})-([A-Za-z0-9_.@-]{1,64})-([1-9]\d{0,15})$/;

/** The epoch in which a seq was given out. */
export function epochOfSeq(seq: number): number {
  return Math.floor(seq / SEQ_PER_EPOCH);
}

/** `saleId-productId-userId-seq`. */
export function formatTicket(item: ItemKey, userId: string, seq: number): string {
  return `${item}-${userId}-${seq}`;
}

/** The id of the message that carries a batch: the item and the batch's first seq. */
export function formatMessageId(item: ItemKey, firstSeq: number): string {
  return `${item}-${firstSeq}`;
}

/** The parts of a ticket, or null for what can never have been one. */
export function parseTicket(ticket: string): TicketParts | null {
  const match = TICKET_PATTERN.exec(ticket);
  if (!match) return null;
  const seq = Number(match[4]);
  if (!Number.isSafeInteger(seq) || seq <= SEQ_PER_EPOCH || seq % SEQ_PER_EPOCH === 0) return null;
  return {
    saleId: Number(match[1]),
    productId: Number(match[2]),
    userId: match[3]!,
    seq,
    epoch: epochOfSeq(seq),
  };
}

/** The item of a parsed ticket. */
export function itemOfTicket(parts: TicketParts): ItemKey {
  return itemKey(parts.saleId, parts.productId);
}
