import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { customerBookContract } from "./testing/customer_book_contract.ts";

const scratch = scratchForThisFile();

customerBookContract("MySQL", (clock) => openMysql(scratch.url(), clock));
