import { openSqlite } from "../database/open_database.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { catalogContract } from "./testing/catalog_contract.ts";

catalogContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

catalogContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/catalog.db`, clock)),
);
