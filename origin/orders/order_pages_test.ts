import { seededRandom } from "../../shared/tools/drill/seeded_random.ts";
import { openSqlite } from "../database/open_database.ts";
import { orderPagesContract } from "./testing/order_pages_contract.ts";

orderPagesContract("SQLite", () => openSqlite(":memory:", () => 1), seededRandom(1));
