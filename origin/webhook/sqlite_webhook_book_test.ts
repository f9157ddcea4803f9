import { openSqlite } from "../database/open_database.ts";
import { webhookContract } from "./testing/webhook_contract.ts";

webhookContract("SQLite", (clock) => openSqlite(":memory:", clock));
