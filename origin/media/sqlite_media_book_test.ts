import { openSqlite } from "../database/open_database.ts";
import { mediaBookContract } from "./testing/media_book_contract.ts";

mediaBookContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));
