import { serviceFor } from "../../shared/testing/services_env.ts";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { makeRedisLedger } from "../ledger/redis_ledger_setup.ts";
import { cleanUpContract } from "./testing/clean_up_contract.ts";

const scratch = scratchForThisFile();

cleanUpContract("Redis and MySQL", (clock) => openMysql(scratch.url(), clock), async () => {
  const { ledger, close } = await makeRedisLedger(serviceFor("REDIS_URL"));
  return { ledger, close, drain: () => Promise.resolve() };
});
