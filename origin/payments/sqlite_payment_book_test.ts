import { openSqlite } from "../database/open_database.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { paymentBookContract } from "./testing/payment_book_contract.ts";

paymentBookContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

paymentBookContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/payments.db`, clock)),
);
