import { openSqlite } from "../database/open_database.ts";
import { messageBookContract } from "./testing/message_book_contract.ts";

messageBookContract("SQLite message book", (clock) => openSqlite(":memory:", clock));
