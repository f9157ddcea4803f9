import type { Clock } from "../../../shared/clock.ts";
import type { Database } from "../database.ts";

/** Opens a database in a folder of its own, which goes away when the database is closed; that may happen twice. */
export function withTempFolder(
  open: (folder: string, clock: Clock) => Promise<Database>,
): (clock: Clock) => Promise<Database> {
  return async (clock) => {
    const folder = await Deno.makeTempDir({ prefix: "dropgate-test-" });
    const database = await open(folder, clock);
    const close = database.close.bind(database);
    database.close = async () => {
      await close();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    };
    return database;
  };
}
