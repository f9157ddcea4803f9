import { openSqlite } from "../database/open_database.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { operatorBookContract } from "./testing/operator_book_contract.ts";

operatorBookContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

operatorBookContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/operators.db`, clock)),
);
