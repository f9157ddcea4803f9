import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { operatorBookContract } from "./testing/operator_book_contract.ts";

const scratch = scratchForThisFile();

operatorBookContract("MySQL", (clock) => openMysql(scratch.url(), clock));
