import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { catalogContract } from "./testing/catalog_contract.ts";

const scratch = scratchForThisFile();

catalogContract("MySQL", (clock) => openMysql(scratch.url(), clock));
