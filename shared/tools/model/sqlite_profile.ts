import { type Clock, systemClock } from "../../clock.ts";
import { openSqlite } from "../../../origin/database/open_database.ts";
import { SqliteLedger } from "../../../origin/ledger/sqlite_ledger.ts";
import { emptyBook, makeItem, PRICE, type Profile } from "./profile.ts";
import { TableBroker } from "./table_broker.ts";

/** Tables of the embedded profile's ledger and queue. */
const LEDGER_TABLES = [
  "ledger_item",
  "ledger_holder",
  "ledger_change",
  "ledger_pass",
  "queue_message",
  "queue_route",
  "queue_reminder",
];

/** The embedded profile in memory: the real adapters on one SQLite database. */
export async function openSqliteProfile(): Promise<Profile> {
  let now: Clock = systemClock;
  const clock = () => now();
  const database = await openSqlite(":memory:", clock);
  const broker = new TableBroker(database);
  return {
    name: "sqlite",
    database,
    item: await makeItem(database, clock),
    price: PRICE,
    ledgers: [new SqliteLedger(database, clock)],
    servers: null,
    broker,
    room: Infinity,
    setClock: (clock) => now = clock,
    async reset(stock) {
      await emptyBook(database, stock, LEDGER_TABLES);
      broker.clear();
    },
    close: () => database.close(),
  };
}
