import { BUYER_LENGTH } from "./bundle_records.ts";
import type {
  BundleHeader,
  BundleItem,
  BundleItemTotals,
  BundleSummary,
  BundleTicket,
  InvariantId,
  TicketStatus,
} from "./bundle_records.ts";
import { BuyerSet, partOf } from "./buyer_set.ts";
import { KeyedSignature } from "../keyed_signature.ts";
import { epochOfSeq, SEQ_PER_EPOCH } from "../ticket.ts";

/** Something that breaks an invariant, found in the lines themselves. */
export interface Finding {
  invariant: InvariantId;
  product: number;
  seq: number | null;
  detail: string;
}

/** Findings that are kept with their words; all are counted. */
export const MAX_FINDINGS = 100;

/** Clocks of processes may be so far apart; what is older than that was there when a bundle began. */
const CLOCK_SLACK_MS = 60_000;

/** Longest user id. */
const MAX_USER = 64;

/** What was added up of an item's tickets. */
export type ItemSums = Omit<
  BundleItemTotals,
  "stock" | "remaining" | "processing" | "pending" | "moving" | "ledger"
>;

const SUM_OF: Record<TicketStatus, Exclude<keyof ItemSums, "product" | "tickets">> = {
  unpaid: "unpaid",
  paid: "paid",
  cancelled: "cancelled",
  refused: "refused",
  refund_due: "refundDue",
  refunded: "refunded",
};

/** Makes the references of buyers: HMAC-SHA256 of the user id, 96 bits in hex. */
export function buyerReferences(buyerKey: string): (userId: string) => string {
  const keyed = new KeyedSignature(buyerKey, "dropgate proof buyer 1:", MAX_USER);
  return (userId) => {
    const bytes = Uint8Array.fromBase64(keyed.of(userId), { alphabet: "base64url" });
    return bytes.toHex().slice(0, BUYER_LENGTH);
  };
}

/**
 * Counts the tickets of a bundle, and judges what follows from them alone. Whoever makes a bundle and
 * whoever checks one use the same count, so a bundle that says `ok` can be held to it.
 */
export class Recount {
  readonly findings: Finding[] = [];
  findingCount = 0;
  readonly sums: ItemSums[];
  /**
   * Pieces of each item in live orders from before the bundle was begun. An order that has ended is
   * never live again, so all of these were live at one moment, whatever happened while lines were read.
   */
  readonly soldBefore: number[];
  readonly #beganAt: string;
  readonly #places: Map<number, number>;
  readonly #buyers: BuyerSet;
  readonly #refer: ((userId: string) => string) | null;
  #place = -1;
  #lastSeq = 0;

  /**
   * @param seed of the table of buyers, 32 random bits
   * @param part looks only at the second orders of buyers in one of so many parts
   */
  constructor(
    readonly header: BundleHeader,
    seed: number,
    readonly part: { at: number; of: number } = { at: 0, of: 1 },
  ) {
    this.sums = header.items.map(({ product }) => ({
      product,
      tickets: 0,
      unpaid: 0,
      paid: 0,
      cancelled: 0,
      refused: 0,
      refundDue: 0,
      refunded: 0,
    }));
    this.soldBefore = header.items.map(() => 0);
    this.#beganAt = new Date(Date.parse(header.made.at) - CLOCK_SLACK_MS).toISOString();
    this.#places = new Map(header.items.map(({ product }, at) => [product, at]));
    this.#buyers = new BuyerSet(seed);
    const { buyerKey } = header.made;
    this.#refer = buyerKey === null ? null : buyerReferences(buyerKey);
  }

  ticket(ticket: BundleTicket): void {
    const place = this.#places.get(ticket.product);
    if (place === undefined) return this.#say("I3", ticket, "its product is not in the sale");
    if (place !== this.#place) this.#beginItem(place, ticket);
    const item = this.header.items[place]!;
    this.#judgeSeq(ticket, item);
    this.#judgeBuyer(ticket, item);
    const sums = this.sums[place]!;
    sums.tickets += 1;
    sums[SUM_OF[ticket.status]] += ticket.quantity;
    // Times have one length, so they are in the order of their letters.
    if (isLive(ticket) && ticket.recordedAt < this.#beganAt) {
      this.soldBefore[place]! += ticket.quantity;
    }
  }

  #beginItem(place: number, ticket: BundleTicket): void {
    if (place < this.#place) this.#say("I3", ticket, "the tickets of its item are not together");
    this.#place = place;
    this.#lastSeq = 0;
    this.#buyers.clear();
  }

  #judgeSeq(ticket: BundleTicket, item: BundleItem): void {
    const { seq } = ticket;
    if (seq <= this.#lastSeq) this.#say("I3", ticket, "its number comes twice or out of its order");
    const epoch = epochOfSeq(seq);
    if (epoch < 1 || epoch > item.epoch || seq % SEQ_PER_EPOCH === 0) {
      this.#say("I3", ticket, `its number was never given in lives 1 to ${item.epoch}`);
    }
    this.#lastSeq = seq;
  }

  #judgeBuyer(ticket: BundleTicket, item: BundleItem): void {
    const { quantity, amount, buyer, user } = ticket;
    if (quantity < 1) this.#say("I3", ticket, `its quantity is ${quantity}`);
    if (user !== undefined && this.#refer !== null && this.#refer(user) !== buyer) {
      this.#say("I3", ticket, "its reference is not that of its buyer");
    }
    if (!isLive(ticket)) return;
    if (quantity > item.perUserLimit) {
      this.#say("I5", ticket, `its quantity ${quantity} is above ${item.perUserLimit}`);
    }
    if (amount !== item.price * quantity) {
      this.#say("I6", ticket, `it asks for ${amount} where ${item.price * quantity} is the price`);
    }
    if (partOf(buyer, this.part.of) !== this.part.at) return;
    if (!this.#buyers.add(buyer)) this.#say("I5", ticket, "its buyer has another live order");
  }

  #say(invariant: InvariantId, { product, seq }: BundleTicket, detail: string): void {
    this.findingCount += 1;
    if (this.findings.length >= MAX_FINDINGS) return;
    this.findings.push({ invariant, product, seq, detail });
  }
}

function isLive({ status }: BundleTicket): boolean {
  return status === "unpaid" || status === "paid";
}

/**
 * I1 and I2 of what a bundle says of its items. The sums of an item that moved are of no one moment,
 * so they are not judged: it is only held to what it had sold before the bundle was begun.
 */
export function judgeTotals(
  itemTotals: BundleItemTotals[],
  { header, soldBefore }: Pick<Recount, "header" | "soldBefore">,
): Finding[] {
  return itemTotals.flatMap((totals, at): Finding[] => {
    const { product, stock, remaining, processing, pending, moving } = totals;
    if (stock < 0) {
      return remaining < 0 ? [] : [{
        invariant: "I1",
        product,
        seq: null,
        detail: `the stock is unlimited, and ${remaining} are left`,
      }];
    }
    const found: Finding[] = [];
    const say = (invariant: InvariantId, detail: string) =>
      found.push({ invariant, product, seq: null, detail });
    const stockBefore = header.items[at]!.stock;
    const onSale = moving ? Math.max(stock, stockBefore) : stock;
    const sold = moving ? soldBefore[at]! : totals.unpaid + totals.paid;
    if (sold > onSale && !(moving && stockBefore < 0)) {
      say("I2", `${sold} pieces are sold of ${onSale} put on sale`);
    }
    if (moving) return found;
    const missing = stock - (remaining + processing + sold);
    const sum = `remaining ${remaining} + processing ${processing} + sold ${sold}`;
    if (missing < 0) say("I1", `${sum} is ${-missing} more than the stock ${stock}`);
    if (missing > pending) say("I1", `${sum} is ${missing} less than the stock ${stock}`);
    return found;
  });
}

/** What a bundle adds up wrongly; null when every sum follows from its lines. */
export function faultOfSums(
  header: BundleHeader,
  sums: ItemSums[],
  { itemTotals, totals, violations }: BundleSummary,
): string | null {
  if (itemTotals.length !== header.items.length) return "not every item has its totals";
  for (const [at, counted] of sums.entries()) {
    const told = itemTotals[at]!;
    for (const [name, value] of Object.entries(counted)) {
      const said = told[name as keyof ItemSums];
      if (said !== value) {
        return `item ${counted.product} has ${name} ${value} by its lines and ${said} in its totals`;
      }
    }
    if (!told.moving && told.stock !== header.items[at]!.stock) {
      return `item ${counted.product} has two stocks`;
    }
  }
  const unlimited = itemTotals.some(({ stock }) => stock < 0);
  for (const name of SUMMED) {
    const sum = itemTotals.reduce((total, item) => total + item[name], 0);
    const expected = unlimited && (name === "stock" || name === "remaining") ? -1 : sum;
    if (totals[name] !== expected) return `the sum of ${name} is ${expected}, not ${totals[name]}`;
  }
  if (totals.moving !== itemTotals.some(({ moving }) => moving)) return "moving is told wrongly";
  if (header.made.final && totals.moving) {
    return "it is the last one, which is made when nothing changes, and says that the sale was moving";
  }
  if (totals.ok !== (totals.violationCount === 0)) return "ok is told wrongly";
  return totals.violationCount < violations.length
    ? "it tells more violations than it counts"
    : null;
}

const SUMMED = [
  "tickets",
  "stock",
  "remaining",
  "processing",
  "unpaid",
  "paid",
  "cancelled",
  "refused",
  "refundDue",
  "refunded",
] as const;
