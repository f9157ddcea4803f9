import type {
  BundleHeader,
  BundleItemTotals,
  BundleSummary,
  BundleTicket,
  BundleTotals,
} from "../bundle_records.ts";
import { openProofSigner, type ProofSigner } from "../proof_key.ts";
import { buyerReferences, type ItemSums, Recount } from "../recount.ts";
import { type BundleReport, verifyBundle, type VerifyOptions } from "../verify_bundle.ts";
import { BundleWriter } from "../write_bundle.ts";

const AT = "2026-06-01T10:00:00.000Z";
const BUYER_KEY = "A".repeat(43);
const encoder = new TextEncoder();

/** A signer whose seed is one byte over and over. */
export function sampleSigner(byte = 1): Promise<ProofSigner> {
  return openProofSigner(new Uint8Array(32).fill(byte));
}

/** What a sample is made with. */
export interface SampleOptions {
  /** Tickets of each item; every third is paid, every fifth cancelled. */
  tickets?: number;
  items?: number;
  stock?: number;
  full?: boolean;
  bundle?: number;
  previousHead?: string | null;
  signer?: ProofSigner;
  /** Changes what is told before it is signed, as a liar would. */
  change?: (
    told: { header: BundleHeader; tickets: BundleTicket[]; summary: BundleSummary },
  ) => void;
}

/** A bundle that adds up, unless it is changed before it is signed. */
export async function sampleBundle(
  options: SampleOptions = {},
): Promise<{ bytes: Uint8Array; head: string; publicKey: string }> {
  const signer = options.signer ?? await sampleSigner();
  const header = sampleHeader(options, signer.publicKey);
  const tickets = sampleTickets(header, options.tickets ?? 10);
  const recount = new Recount(header, 1);
  for (const ticket of tickets) recount.ticket(ticket);
  const summary = summaryOf(header, recount.sums);
  options.change?.({ header, tickets, summary });
  const writer = new BundleWriter(header);
  const pieces = [writer.begin(), ...tickets.map((ticket) => writer.ticket(ticket))];
  const { text, head } = await writer.end(summary, signer);
  return { bytes: encoder.encode(pieces.join("") + text), head, publicKey: signer.publicKey };
}

function sampleHeader(
  { items = 1, stock = 1_000, full = false, bundle = 1, previousHead = null }: SampleOptions,
  publicKey: string,
): BundleHeader {
  return {
    sale: { saleId: 7, title: "Frühling “7”", startsAt: AT, endsAt: AT, status: "closed" },
    made: {
      bundle,
      at: AT,
      by: "ann",
      final: false,
      full,
      buyerKey: full ? BUYER_KEY : null,
      previousHead,
      publicKey,
    },
    items: Array.from({ length: items }, (_, at) => ({
      product: 11 + at,
      name: `Kettle ${at}`,
      price: 9_900,
      currency: "CNY",
      perUserLimit: 2,
      stock,
      epoch: 2,
    })),
  };
}

function sampleTickets({ items, made }: BundleHeader, count: number): BundleTicket[] {
  const refer = buyerReferences(BUYER_KEY);
  return items.flatMap(({ product, price }) =>
    Array.from({ length: count }, (_, at): BundleTicket => {
      const user = `buyer-${at}`;
      return {
        seq: 2_000_000_001 + at,
        product,
        buyer: refer(user),
        status: at % 5 === 4 ? "cancelled" : at % 3 === 0 ? "paid" : "unpaid",
        reason: at % 5 === 4 ? "expired" : null,
        quantity: 1,
        amount: price,
        recordedAt: AT,
        changedAt: AT,
        ...(made.full ? { user } : {}),
      };
    })
  );
}

function summaryOf(header: BundleHeader, sums: ItemSums[]): BundleSummary {
  const itemTotals = sums.map((own, at): BundleItemTotals => {
    const { stock } = header.items[at]!;
    const remaining = stock < 0 ? -1 : stock - own.paid - own.unpaid;
    return { ...own, stock, remaining, processing: 0, pending: 0, moving: false, ledger: true };
  });
  const sum = (of: keyof ItemSums | "stock" | "remaining") =>
    itemTotals.reduce((total, item) => total + item[of], 0);
  const unlimited = itemTotals.some(({ stock }) => stock < 0);
  const totals: BundleTotals = {
    countedAt: AT,
    ok: true,
    moving: false,
    tickets: sum("tickets"),
    stock: unlimited ? -1 : sum("stock"),
    remaining: unlimited ? -1 : sum("remaining"),
    processing: 0,
    unpaid: sum("unpaid"),
    paid: sum("paid"),
    cancelled: sum("cancelled"),
    refused: sum("refused"),
    refundDue: sum("refundDue"),
    refunded: sum("refunded"),
    violationCount: 0,
  };
  return { itemTotals, totals, violations: [] };
}

/** Checks bytes as if they were a file, in chunks of a size that cuts lines anywhere. */
export function check(
  bytes: Uint8Array,
  options: Partial<VerifyOptions> = {},
  chunkBytes = 1_000,
): Promise<BundleReport> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
    }
  }
  return verifyBundle(() => Promise.resolve(chunks()), {
    keys: null,
    seed: 12_345,
    bytes: bytes.length,
    ...options,
  });
}
