import { systemClock } from "../../shared/clock.ts";
import { exitWithReason, readUrl, unusable } from "../../shared/env.ts";
import { logOf, startLogging } from "../../shared/log.ts";
import { openMysql } from "../database/open_database.ts";

/** How long the server may take to come up before the migration gives up. */
const GIVE_UP_MS = 120_000;

/** Pause between two tries. */
const RETRY_MS = 1_000;

async function main(): Promise<void> {
  await startLogging("info");
  const log = logOf("migrate");
  const url = readUrl(Deno.env.toObject(), "MYSQL_URL", ["mysql"]) ??
    unusable("MYSQL_URL", undefined, "it names the database to migrate");
  const deadline = systemClock() + GIVE_UP_MS;
  while (true) {
    try {
      const database = await openMysql(url.href, systemClock);
      await database.close();
      log.info("The database has the tables of this version");
      return;
    } catch (error) {
      if (systemClock() > deadline) throw error;
      log.warning("Cannot migrate yet: {error}", { error: String(error) });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
