import { openSqlite } from "../database/open_database.ts";
import { unpaidContract } from "./testing/unpaid_contract.ts";

unpaidContract("SQLite", (clock) => openSqlite(":memory:", clock));
