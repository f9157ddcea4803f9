import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { messageBookContract } from "./testing/message_book_contract.ts";

const scratch = scratchForThisFile();

messageBookContract("MySQL message book", (clock) => openMysql(scratch.url(), clock));
