import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import { makeCopy, readCopy, withdrawCopy } from "./copy_sale.ts";
import type { CopyFields, RehearsalBook, WithdrawnItem } from "./rehearsal_book.ts";
import type { RehearsalReport } from "./rehearsal_report.ts";
import {
  abandonedRehearsals,
  beginRehearsal,
  finishRehearsal,
  getRehearsal,
  keepAlive,
  keepClearing,
  listRehearsals,
  takeOverRehearsal,
} from "./rehearsal_rows.ts";
import { removeCopy, removeSome } from "./remove_rows.ts";

/** The rehearsals in SQL, the same for MySQL, MariaDB and SQLite: each operation is one function. */
export class SqlRehearsalBook implements RehearsalBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  begin(saleId: number, startedBy: string, report: RehearsalReport) {
    return beginRehearsal(this.database, this.clock, saleId, startedBy, report);
  }

  makeCopy(rehearsalId: number, fields: CopyFields) {
    return makeCopy(this.database, this.clock, rehearsalId, fields);
  }

  readCopy(copySaleId: number) {
    return readCopy(this.database, copySaleId);
  }

  keepAlive(rehearsalId: number, report: RehearsalReport) {
    return keepAlive(this.database, this.clock, rehearsalId, report);
  }

  finish(rehearsalId: number, state: "passed" | "failed", report: RehearsalReport) {
    return finishRehearsal(this.database, this.clock, rehearsalId, state, report);
  }

  get(rehearsalId: number) {
    return getRehearsal(this.database, rehearsalId);
  }

  list(saleId: number, page: number, per: number) {
    return listRehearsals(this.database, saleId, page, per);
  }

  abandoned(beforeMs: number) {
    return abandonedRehearsals(this.database, beforeMs);
  }

  takeOver(rehearsalId: number, aliveAt: number) {
    return takeOverRehearsal(this.database, this.clock, rehearsalId, aliveAt);
  }

  keepClearing(rehearsalId: number) {
    return keepClearing(this.database, this.clock, rehearsalId);
  }

  withdrawCopy(copySaleId: number) {
    return withdrawCopy(this.database, copySaleId);
  }

  /** Whoever opens an item holds this lock all the while. */
  async isBeingOpened({ item }: WithdrawnItem) {
    return await this.database.withLock(`coordinator ${item}`, () => Promise.resolve(0)) === null;
  }

  removeSome(copySaleId: number) {
    return removeSome(this.database, copySaleId);
  }

  removeCopy(rehearsalId: number, copySaleId: number) {
    return removeCopy(this.database, this.clock, rehearsalId, copySaleId);
  }
}
