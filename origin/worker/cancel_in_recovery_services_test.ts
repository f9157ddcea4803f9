import { serviceFor } from "../../shared/testing/services_env.ts";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { makeRedisLedger } from "../ledger/redis_ledger_setup.ts";
import { cancelInRecoveryContract } from "./cancel_in_recovery_contract.ts";

const scratch = scratchForThisFile();

cancelInRecoveryContract(
  "Redis and MySQL",
  (clock) => openMysql(scratch.url(), clock),
  () => makeRedisLedger(serviceFor("REDIS_URL")),
);
