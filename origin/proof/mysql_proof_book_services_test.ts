import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { proofBookContract } from "./testing/proof_book_contract.ts";

const scratch = scratchForThisFile();

proofBookContract("SqlProofBook on MySQL", (clock) => openMysql(scratch.url(), clock));
