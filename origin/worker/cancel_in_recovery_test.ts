import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { SqliteLedger } from "../ledger/sqlite_ledger.ts";
import { cancelInRecoveryContract } from "./cancel_in_recovery_contract.ts";

cancelInRecoveryContract(
  "SQLite",
  (clock) => openSqlite(":memory:", clock),
  (shop) => {
    const ledger = new SqliteLedger(shop.database as SqliteDatabase, () => shop.now);
    return Promise.resolve({ ledger, close: () => Promise.resolve() });
  },
);
