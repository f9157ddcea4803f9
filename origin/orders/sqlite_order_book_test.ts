import { openSqlite } from "../database/open_database.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { orderBookContract } from "./testing/order_book_contract.ts";

orderBookContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

orderBookContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/book.db`, clock)),
);
