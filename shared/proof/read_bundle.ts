import {
  FIRST_LINE,
  LIST_END,
  MAX_ITEMS,
  MAX_TOLD_VIOLATIONS,
  NAMES,
  ticketRules,
  violationRules,
} from "./bundle_layout.ts";
import {
  type BundleHeader,
  type BundleSummary,
  type BundleTicket,
  ITEM_RECORD,
  ITEM_TOTALS_RECORD,
  MADE_RECORD,
  SALE_RECORD,
  TOTALS_RECORD,
} from "./bundle_records.ts";
import {
  type FieldsOf,
  hex,
  NotCanonicalError,
  readRecord,
  type RecordRules,
} from "./canonical_line.ts";
import { LineCursor } from "./line_cursor.ts";
import { ProofChain } from "./proof_chain.ts";

/** The first line that cannot stand in a bundle; `line` counts from 1. */
export class BundleFormError extends Error {
  override name = "BundleFormError";

  constructor(readonly line: number, detail: string) {
    super(`line ${line}: ${detail}`);
  }
}

/** Who hears what a bundle says, while it is read. */
export interface BundleVisitor {
  header(header: BundleHeader): void;
  ticket(ticket: BundleTicket): void;
}

/** What the end of a bundle says, and what was computed on the way. */
export interface BundleEnd extends BundleSummary {
  /** The head as the file has it, and as its lines give it. */
  head: string;
  computedHead: string;
  signature: string;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const isHead = hex(64);

/**
 * Reads a bundle in a stream, line by line, and takes nothing but its canonical bytes.
 *
 * @throws {BundleFormError} at the first line that cannot stand there
 */
export async function readBundle(
  chunks: AsyncIterable<Uint8Array>,
  visitor: BundleVisitor,
): Promise<BundleEnd> {
  const lines = new LineCursor(chunks);
  try {
    return await new BundleReader(lines, visitor).read();
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    throw new BundleFormError(lines.number, error.message);
  } finally {
    await lines.close();
  }
}

class BundleReader {
  readonly #chain = new ProofChain();

  constructor(readonly lines: LineCursor, readonly visitor: BundleVisitor) {}

  async read(): Promise<BundleEnd> {
    await this.#expect(FIRST_LINE);
    const sale = await this.#record(NAMES.sale, SALE_RECORD);
    const made = await this.#record(NAMES.made, MADE_RECORD);
    if (made.full !== (made.buyerKey !== null)) {
      throw new NotCanonicalError("a full bundle, and no other, must have the key of its buyers");
    }
    const items = await this.#collect(NAMES.items, ITEM_RECORD, MAX_ITEMS);
    this.visitor.header({ sale, made, items });
    await this.#list(
      NAMES.tickets,
      ticketRules(made.full),
      (ticket) => this.visitor.ticket(ticket),
    );
    const itemTotals = await this.#collect(NAMES.itemTotals, ITEM_TOTALS_RECORD, MAX_ITEMS);
    const totals = await this.#record(NAMES.totals, TOTALS_RECORD);
    const rules = violationRules(made.full);
    const violations = await this.#collect(NAMES.violations, rules, MAX_TOLD_VIOLATIONS);
    const computedHead = this.#chain.head();
    const head = await this.#quoted(NAMES.head, ",");
    if (isHead(head) !== null) throw new NotCanonicalError("its head must be 64 hex digits");
    const signature = await this.#quoted(NAMES.signature, "}");
    if (await this.lines.next() !== null) throw new NotCanonicalError("it stands behind the end");
    return { itemTotals, totals, violations, head, computedHead, signature };
  }

  /** The next line without its line feed; every line that is covered goes into the chain. */
  async #next(covered = true): Promise<string> {
    const line = await this.lines.next();
    if (line === null) throw new NotCanonicalError("it is missing: the file is broken off");
    if (covered) this.#chain.add(line);
    try {
      return decoder.decode(line.subarray(0, -1));
    } catch {
      throw new NotCanonicalError("it is not UTF-8");
    }
  }

  async #expect(text: string): Promise<void> {
    if (await this.#next() !== text) throw new NotCanonicalError(`it must be ${text}`);
  }

  async #record<Rules extends RecordRules>(name: string, rules: Rules): Promise<FieldsOf<Rules>> {
    const line = await this.#next();
    if (!line.startsWith(name) || !line.endsWith(",")) {
      throw new NotCanonicalError(`it must begin with ${name} and end with a comma`);
    }
    return readRecord(rules, line.slice(name.length, -1));
  }

  async #list<Rules extends RecordRules>(
    name: string,
    rules: Rules,
    take: (record: FieldsOf<Rules>) => void,
  ): Promise<void> {
    await this.#expect(name);
    // After a comma another record must come, without one none may.
    let expected: "any" | "record" | "end" = "any";
    while (true) {
      const line = await this.#next();
      const isEnd = line === LIST_END;
      if (isEnd && expected !== "record") return;
      if (isEnd || expected === "end") {
        throw new NotCanonicalError("a comma is missing or too many");
      }
      const goesOn = line.endsWith(",");
      take(readRecord(rules, goesOn ? line.slice(0, -1) : line));
      expected = goesOn ? "record" : "end";
    }
  }

  async #collect<Rules extends RecordRules>(
    name: string,
    rules: Rules,
    most: number,
  ): Promise<FieldsOf<Rules>[]> {
    const records: FieldsOf<Rules>[] = [];
    await this.#list(name, rules, (record) => {
      if (records.length >= most) throw new NotCanonicalError(`the list has more than ${most}`);
      records.push(record);
    });
    return records;
  }

  async #quoted(name: string, end: string): Promise<string> {
    const line = await this.#next(false);
    const match = line.startsWith(name) && /^"([A-Za-z0-9_-]*)"(.)$/.exec(line.slice(name.length));
    if (!match || match[2] !== end) {
      throw new NotCanonicalError(`it must be ${name}"…"${end}`);
    }
    return match[1]!;
  }
}
