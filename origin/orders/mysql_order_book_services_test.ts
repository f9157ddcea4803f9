import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { orderBookContract } from "./testing/order_book_contract.ts";

const scratch = scratchForThisFile();

orderBookContract("MySQL", (clock) => openMysql(scratch.url(), clock));
