import mysqlRecord from "../../sql/mysql/0001_record.sql" with { type: "text" };
import mysqlAfterTheOrder from "../../sql/mysql/0002_after_the_order.sql" with { type: "text" };
import mysqlTheGate from "../../sql/mysql/0003_the_gate.sql" with { type: "text" };
import mysqlBackOffice from "../../sql/mysql/0004_back_office.sql" with { type: "text" };
import sqliteRecord from "../../sql/sqlite/0001_record.sql" with { type: "text" };
import sqliteLedger from "../../sql/sqlite/0002_ledger.sql" with { type: "text" };
import sqliteQueue from "../../sql/sqlite/0003_queue.sql" with { type: "text" };
import sqliteAfterTheOrder from "../../sql/sqlite/0004_after_the_order.sql" with { type: "text" };
import sqliteTheGate from "../../sql/sqlite/0005_the_gate.sql" with { type: "text" };
import sqliteBackOffice from "../../sql/sqlite/0006_back_office.sql" with { type: "text" };

/** One step of a schema. Numbers are given once, without gaps; a released text never changes. */
export interface Migration {
  number: number;
  name: string;
  text: string;
}

/** The steps of the services profile. */
export const MYSQL_MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "record", text: mysqlRecord },
  { number: 2, name: "after the order", text: mysqlAfterTheOrder },
  { number: 3, name: "the gate", text: mysqlTheGate },
  { number: 4, name: "the back office", text: mysqlBackOffice },
];

/** The steps of the embedded profile. */
export const SQLITE_MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "record", text: sqliteRecord },
  { number: 2, name: "ledger", text: sqliteLedger },
  { number: 3, name: "queue", text: sqliteQueue },
  { number: 4, name: "after the order", text: sqliteAfterTheOrder },
  { number: 5, name: "the gate", text: sqliteTheGate },
  { number: 6, name: "the back office", text: sqliteBackOffice },
];
