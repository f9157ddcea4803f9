import type { InternalBuy } from "../../../shared/internal_api.ts";
import { parseTicket } from "../../../shared/ticket.ts";
import { SqlOrderTallies } from "../../orders/fold_tallies.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";

/** A proof as the admin API shows it. */
export interface ProofView {
  proofId: number;
  state: string;
  ok: boolean | null;
  full: boolean;
  final: boolean;
  head: string | null;
  previousHead: string | null;
  publicKey: string;
  fingerprint: string;
  tickets: number;
  ticketsInAll: number | null;
  reason: string | null;
  madeBy: string;
}

/** A sale in which something has happened, and what is asked of it. */
export class ProvenSale {
  private constructor(
    readonly origin: OriginFixture,
    readonly saleId: number,
    readonly productId: number,
  ) {}

  /** A sale of 100 pieces; each buyer of the list holds one, written and unpaid. */
  static async open(buyers: string[], stock = 100): Promise<ProvenSale> {
    const origin = await OriginFixture.open();
    const { saleId, productId } = await origin.openSale({ stock });
    const sale = new ProvenSale(origin, saleId, productId);
    await sale.buy(buyers);
    return sale;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.origin[Symbol.asyncDispose]();
  }

  /** Has buyers buy one piece each, in one batch, and writes their orders. Returns their tickets. */
  async buy(buyers: string[]): Promise<string[]> {
    if (buyers.length === 0) return [];
    const answers = await this.origin.buy(
      ...buyers.map((name): InternalBuy => [this.saleId, this.productId, name, 1, `k-${name}`, 0]),
    );
    await this.origin.drain();
    return answers.map(({ ticket }: { ticket: string }) => ticket);
  }

  /** Pays tickets as the provider would say it. */
  async pay(tickets: string[]): Promise<void> {
    for (const ticket of tickets) {
      await this.origin.payments.takePayment({
        eventId: `event-${ticket}`,
        paymentId: `payment-${ticket}`,
        ticket,
        amount: 9_900,
        currency: "CNY",
      });
    }
  }

  /** Ends what is unpaid, closes the sale, and tells the ledger of returned stock. */
  async close(): Promise<void> {
    const { origin, saleId } = this;
    const unpaid = await origin.book.listOrders({ saleId, status: "unpaid" }, 1, 200);
    await origin.unpaid.cancelOrders(unpaid.items.map(({ ticket }) => ticket), "by_buyer");
    await this.restore();
    await origin.admin("POST", `/sales/${saleId}/close`);
  }

  /** What a worker does with returned stock, and with the numbers of orders. */
  async restore(): Promise<void> {
    await new SqlOrderTallies(this.origin.db).fold();
    const { book, ledger } = this.origin;
    const events = await book.pendingStockEvents(1_000);
    const releases = events.map(({ item, epoch, ticket, kind }) => {
      const { userId, seq } = parseTicket(ticket!)!;
      return { item, epoch, userId, seq, restock: kind === "restock" };
    });
    await ledger.release(releases);
    await book.finishStockEvents(events.map(({ id }) => ({ id, state: "done" as const })));
  }

  /** Makes a proof and waits for its end. */
  async prove(body?: { full: boolean }): Promise<ProofView> {
    const response = await this.origin.admin("POST", `/sales/${this.saleId}/proofs`, body ?? {});
    if (response.status !== 202) throw new Error(`no proof: ${await response.text()}`);
    const { proofId } = await response.json();
    await this.origin.proving.proofMaker.made(proofId);
    return await this.show(proofId);
  }

  async show(proofId: number): Promise<ProofView> {
    return await (await this.get(`/proofs/${proofId}`)).json();
  }

  /** The bytes of a proof. */
  async file(proofId: number, form: "json" | "html"): Promise<Uint8Array> {
    const response = await this.get(`/proofs/${proofId}/bundle.${form}`);
    if (response.status !== 200) throw new Error(`no file: ${await response.text()}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** A request below the sale's address in the admin API. */
  async get(path: string): Promise<Response> {
    return await this.origin.admin("GET", `/sales/${this.saleId}${path}`);
  }
}

/** Names of many buyers. */
export function buyerNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `buyer-${String(at + 1).padStart(3, "0")}`);
}
