import { openSqlite } from "../database/open_database.ts";
import { feedContract } from "./testing/feed_contract.ts";

feedContract("SQLite", (clock) => openSqlite(":memory:", clock));
