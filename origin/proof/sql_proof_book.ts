import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Database } from "../database/database.ts";
import {
  addPart,
  beginBundle,
  dropText,
  failBundle,
  finishBundle,
  getBundle,
  listBundles,
  stayAlive,
} from "./bundle_rows.ts";
import type { BundleOutcome, NewBundle, ProofBook } from "./proof_book.ts";
import { addKey, countTickets, keptProof, listKeys, listSeqs, readTickets } from "./proof_reads.ts";

/** The proof book in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlProofBook implements ProofBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  begin(bundle: NewBundle) {
    return beginBundle(this.database, this.clock, bundle);
  }

  addPart(bundleId: number, part: number, body: string, tickets: number) {
    return addPart(this.database, this.clock, bundleId, part, body, tickets);
  }

  stayAlive(bundleId: number) {
    return stayAlive(this.database, this.clock, bundleId);
  }

  finish(
    bundleId: number,
    end: { head: string; tickets: number; ok: boolean; outcome: BundleOutcome },
  ) {
    return finishBundle(this.database, this.clock, bundleId, end);
  }

  fail(bundleId: number, reason: string) {
    return failBundle(this.database, this.clock, bundleId, reason);
  }

  dropText(saleId: number) {
    return dropText(this.database, saleId);
  }

  get(bundleId: number) {
    return getBundle(this.database, bundleId);
  }

  list(saleId: number, page: number, per: number) {
    return listBundles(this.database, saleId, page, per);
  }

  async readPart(bundleId: number, part: number): Promise<string | null> {
    const [row] = await this.database.query<{ body: string }>(
      "SELECT body FROM proof_part WHERE bundle_id = ? AND part = ?",
      [bundleId, part],
    );
    return row?.body ?? null;
  }

  keptProof(saleId: number) {
    return keptProof(this.database, saleId);
  }

  addKey(publicKey: string) {
    return addKey(this.database, this.clock, publicKey);
  }

  keys() {
    return listKeys(this.database);
  }

  countTickets(saleId: number) {
    return countTickets(this.database, saleId);
  }

  listSeqs(item: ItemKey, afterId: number, limit: number) {
    return listSeqs(this.database, item, afterId, limit);
  }

  readTickets(ids: number[]) {
    return readTickets(this.database, ids);
  }
}
