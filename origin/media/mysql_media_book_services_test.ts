import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { mediaBookContract } from "./testing/media_book_contract.ts";

const scratch = scratchForThisFile();

mediaBookContract("MySQL", (clock) => openMysql(scratch.url(), clock));
