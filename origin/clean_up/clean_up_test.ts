import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { SqliteLedger } from "../ledger/sqlite_ledger.ts";
import { cleanUpContract } from "./testing/clean_up_contract.ts";

cleanUpContract(
  "SQLite",
  (clock) => openSqlite(":memory:", clock),
  (shop) =>
    Promise.resolve({
      ledger: new SqliteLedger(shop.database as SqliteDatabase, () => shop.now),
      async drain(item) {
        await shop.database.execute("DELETE FROM queue_message WHERE item = ?", [item]);
      },
      close: () => Promise.resolve(),
    }),
);
