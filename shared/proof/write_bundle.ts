import { FIRST_LINE, LIST_END, NAMES, ticketRules, violationRules } from "./bundle_layout.ts";
import {
  type BundleHeader,
  type BundleSummary,
  type BundleTicket,
  ITEM_RECORD,
  ITEM_TOTALS_RECORD,
  MADE_RECORD,
  SALE_RECORD,
  type TICKET_RECORD,
  TOTALS_RECORD,
} from "./bundle_records.ts";
import { type FieldsOf, type RecordRules, writeRecord } from "./canonical_line.ts";
import { ProofChain } from "./proof_chain.ts";
import type { ProofSigner } from "./proof_key.ts";

const encoder = new TextEncoder();

/**
 * Writes a bundle: `begin`, every ticket in its order, `end`. Each call returns the text that it
 * adds; the pieces in their order are the file.
 */
export class BundleWriter {
  readonly #chain = new ProofChain();
  readonly #ticketRules: typeof TICKET_RECORD;
  readonly #header: BundleHeader;
  /** The last ticket is held back: whether a comma follows is known when the next one comes. */
  #waiting: string | null = null;

  constructor(header: BundleHeader) {
    this.#header = header;
    this.#ticketRules = ticketRules(header.made.full);
  }

  /** Everything before the first ticket. */
  begin(): string {
    const { sale, made, items } = this.#header;
    return this.#line(FIRST_LINE) +
      this.#line(`${NAMES.sale}${writeRecord(SALE_RECORD, sale)},`) +
      this.#line(`${NAMES.made}${writeRecord(MADE_RECORD, made)},`) +
      this.#list(NAMES.items, ITEM_RECORD, items) +
      this.#line(NAMES.tickets);
  }

  /** One ticket more; the text is that of the one before it. */
  ticket(ticket: BundleTicket): string {
    const before = this.#waiting === null ? "" : this.#line(`${this.#waiting},`);
    this.#waiting = writeRecord(this.#ticketRules, ticket);
    return before;
  }

  /** Everything after the tickets, signed. */
  async end(summary: BundleSummary, signer: ProofSigner): Promise<{ text: string; head: string }> {
    const { itemTotals, totals, violations } = summary;
    const last = this.#waiting === null ? "" : this.#line(this.#waiting);
    this.#waiting = null;
    const covered = last +
      this.#line(LIST_END) +
      this.#list(NAMES.itemTotals, ITEM_TOTALS_RECORD, itemTotals) +
      this.#line(`${NAMES.totals}${writeRecord(TOTALS_RECORD, totals)},`) +
      this.#list(NAMES.violations, violationRules(this.#header.made.full), violations);
    const head = this.#chain.head();
    const signature = await signer.sign("head", head);
    const text = `${covered}${NAMES.head}"${head}",\n${NAMES.signature}"${signature}"}\n`;
    return { text, head };
  }

  #list<Rules extends RecordRules>(
    name: string,
    rules: Rules,
    records: FieldsOf<Rules>[],
  ): string {
    // In this order, because every line also goes into the chain.
    let text = this.#line(name);
    records.forEach((record, at) => {
      text += this.#line(writeRecord(rules, record) + (at < records.length - 1 ? "," : ""));
    });
    return text + this.#line(LIST_END);
  }

  #line(text: string): string {
    const line = `${text}\n`;
    this.#chain.add(encoder.encode(line));
    return line;
  }
}
