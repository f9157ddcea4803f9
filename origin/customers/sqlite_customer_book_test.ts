import { openSqlite } from "../database/open_database.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { customerBookContract } from "./testing/customer_book_contract.ts";

customerBookContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

customerBookContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/customers.db`, clock)),
);
