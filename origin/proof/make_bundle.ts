import { type Clock, isoTime } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type {
  BundleHeader,
  BundleSummary,
  BundleTicket,
} from "../../shared/proof/bundle_records.ts";
import type { ProofSigner } from "../../shared/proof/proof_key.ts";
import { signPage } from "../../shared/proof/proof_page.ts";
import { buyerReferences, Recount } from "../../shared/proof/recount.ts";
import { BundleWriter } from "../../shared/proof/write_bundle.ts";
import type { Catalog, Sale } from "../catalog/catalog.ts";
import { bundlePage } from "./bundle_page.tsx";
import { summarizeBundle } from "./bundle_summary.ts";
import { type BundleEntry, PAGE_PART, type ProofBook, type TicketEnd } from "./proof_book.ts";
import { type AnyProofParts, proveAnySale } from "./prove_any_sale.ts";
import { ticketsInOrder } from "./tickets_in_order.ts";

/** Characters of a part: what one call hands to the store, and one read sends to a browser. */
const PART_LENGTH = 256 * 1024;

/** What a bundle is made of. */
export interface BundleParts extends AnyProofParts {
  catalog: Pick<Catalog, "getSale" | "getProduct">;
  proofs: ProofBook;
  clock: Clock;
  /** Fills with chance. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Why a bundle was not made; its message is for operators. */
export class BundleNotMadeError extends Error {
  override name = "BundleNotMadeError";
}

/**
 * Makes a bundle that was begun: all tickets of the sale, then the count of it, signed, and the page
 * for people. Everything that is written stays in order of its parts.
 *
 * @throws {BundleNotMadeError} when it was given up, or the sale changed too much meanwhile
 * @throws {LedgerAwayError} when the ledger cannot be read
 */
export async function makeBundle(
  bundle: BundleEntry,
  signer: ProofSigner,
  parts: BundleParts,
  signal: AbortSignal,
): Promise<void> {
  const { proofs, clock } = parts;
  const sale = await parts.catalog.getSale(bundle.saleId);
  if (!sale) throw new BundleNotMadeError("The sale is gone");
  const buyerKey = makeKey(parts.random);
  const header = await readHeader(sale, bundle, bundle.full ? buyerKey : null, parts);
  const recount = new Recount(header, makeSeed(parts.random));
  const writer = new BundleWriter(header);
  const sink = new PartSink(bundle.id, proofs, signal);
  await sink.add(writer.begin());
  await writeTickets(sale, buyerReferences(buyerKey), { header, recount, writer, sink }, parts);
  const proven = await proveAnySale(sale, parts);
  await refuseRecovered(header, parts);
  const summary = summarizeBundle(header, recount, proven, clock());
  if (bundle.final && summary.totals.moving) {
    throw new BundleNotMadeError("Orders of the sale are still changing");
  }
  const { text, head } = await writer.end(summary, signer);
  await sink.add(text);
  await sink.flush();
  const page = await signPage(bundlePage(header, summary, head, proven.ledger), signer);
  await sink.put(PAGE_PART, page);
  await finish(bundle, head, summary, proven.proof, parts);
}

async function readHeader(
  sale: Sale,
  bundle: BundleEntry,
  buyerKey: string | null,
  { catalog, book, clock }: BundleParts,
): Promise<BundleHeader> {
  const states = await book.readItems(
    sale.items.map(({ productId }) => itemKey(sale.saleId, productId)),
  );
  const items = [];
  for (const [at, item] of sale.items.entries()) {
    const product = await catalog.getProduct(item.productId);
    const { productId, price, currency, perUserLimit, stock } = item;
    const name = product?.name ?? "";
    const epoch = states[at]?.epoch ?? 0;
    items.push({ product: productId, name, price, currency, perUserLimit, stock, epoch });
  }
  const { saleId, title, startsAt, endsAt, status } = sale;
  return {
    sale: { saleId, title, startsAt: isoTime(startsAt), endsAt: isoTime(endsAt), status },
    made: {
      bundle: bundle.id,
      at: isoTime(clock()),
      by: bundle.madeBy,
      final: bundle.final,
      full: bundle.full,
      buyerKey,
      previousHead: bundle.previousHead,
      publicKey: bundle.publicKey,
    },
    items,
  };
}

interface Writing {
  header: BundleHeader;
  recount: Recount;
  writer: BundleWriter;
  sink: PartSink;
}

async function writeTickets(
  sale: Sale,
  refer: (userId: string) => string,
  { header, recount, writer, sink }: Writing,
  { proofs, delay }: BundleParts,
): Promise<void> {
  for (const { productId } of sale.items) {
    const item = itemKey(sale.saleId, productId);
    for await (const page of ticketsInOrder(proofs, item, () => delay(0))) {
      let text = "";
      for (const row of page) {
        const ticket = ticketOf(row, refer, header.made.full);
        recount.ticket(ticket);
        text += writer.ticket(ticket);
      }
      await sink.add(text, page.length);
    }
  }
}

function ticketOf(row: TicketEnd, refer: (userId: string) => string, full: boolean): BundleTicket {
  const { seq, productId, userId, status, reason, quantity, amount, createdAt, updatedAt } = row;
  return {
    seq,
    product: productId,
    buyer: refer(userId),
    status,
    reason,
    quantity,
    amount,
    recordedAt: isoTime(createdAt),
    changedAt: isoTime(updatedAt),
    ...(full ? { user: userId } : {}),
  };
}

/** Tickets of a life that the header does not know would be called forged. */
async function refuseRecovered(header: BundleHeader, { book }: BundleParts): Promise<void> {
  const { sale, items } = header;
  const states = await book.readItems(items.map(({ product }) => itemKey(sale.saleId, product)));
  if (items.some(({ epoch }, at) => states[at]?.epoch !== epoch)) {
    throw new BundleNotMadeError("An item was opened or recovered meanwhile: make it again");
  }
}

async function finish(
  bundle: BundleEntry,
  head: string,
  { totals }: BundleSummary,
  proof: Awaited<ReturnType<typeof proveAnySale>>["proof"],
  { proofs }: BundleParts,
): Promise<void> {
  const { ok, tickets } = totals;
  const outcome = { proof, totals };
  if (!await proofs.finish(bundle.id, { head, tickets, ok, outcome })) throw givenUp();
}

function givenUp(): BundleNotMadeError {
  return new BundleNotMadeError("It was given up, as it showed no sign of life for a minute");
}

/** Gathers text into parts. */
class PartSink {
  #text = "";
  #part = PAGE_PART;
  #tickets = 0;

  constructor(
    readonly bundleId: number,
    readonly proofs: ProofBook,
    readonly signal: AbortSignal,
  ) {}

  async add(text: string, tickets = 0): Promise<void> {
    this.#text += text;
    this.#tickets += tickets;
    if (this.#text.length >= PART_LENGTH) await this.flush();
  }

  async flush(): Promise<void> {
    this.#part += 1;
    const text = this.#text;
    this.#text = "";
    await this.put(this.#part, text);
  }

  async put(part: number, text: string): Promise<void> {
    if (this.signal.aborted) throw new BundleNotMadeError("The origin was stopped");
    if (!await this.proofs.addPart(this.bundleId, part, text, this.#tickets)) throw givenUp();
  }
}

function makeKey(random: BundleParts["random"]): string {
  const bytes = new Uint8Array(32);
  random(bytes);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function makeSeed(random: BundleParts["random"]): number {
  const words = new Uint8Array(4);
  random(words);
  return new DataView(words.buffer).getInt32(0);
}
