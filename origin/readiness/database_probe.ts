import type { Clock } from "../../shared/clock.ts";
import type { Sql } from "../database/database.ts";
import { MYSQL_MIGRATIONS, SQLITE_MIGRATIONS } from "../database/migrations.ts";
import { bad, type Finding, good } from "./readiness.ts";
import { measureOffset, type ServerFinding, type StoreProbes } from "./store_probes.ts";

/** Looks at the database of the services profile. */
export async function probeMysql(sql: Sql, clock: Clock): Promise<ServerFinding> {
  const offset = await measureOffset(async () => {
    // Exact, whatever zone the server or the session has.
    const [row] = await sql.query<{ us: number }>(
      "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) AS us",
    );
    return (row?.us ?? 0) / 1_000;
  }, clock);
  const found = await lookAtSchema(sql, MYSQL_MIGRATIONS.length);
  return { server: "MySQL", clock: offset, ...found };
}

/** The probes of the embedded profile: one file, and one clock. */
export function sqliteProbes(sql: Sql): StoreProbes {
  const own = { server: "SQLite", clock: null };
  return {
    async ledger() {
      const [row] = await sql.query<{ n: number }>("SELECT COUNT(*) AS n FROM ledger_item");
      return {
        ...own,
        ...good(`Stock is kept in the file of this process; ${row?.n} items in it`),
      };
    },
    async database() {
      return { ...own, ...await lookAtSchema(sql, SQLITE_MIGRATIONS.length) };
    },
  };
}

async function lookAtSchema(sql: Sql, wanted: number): Promise<Finding> {
  const [row] = await sql.query<{ newest: number | null; n: number }>(
    "SELECT MAX(number) AS newest, COUNT(*) AS n FROM schema_migration",
  );
  const newest = row?.newest ?? 0;
  if (newest > wanted) {
    return bad(
      `The database has schema ${newest}, and this origin knows ${wanted}`,
      "A newer version runs beside this one: replace this origin too.",
    );
  }
  return newest === wanted && row?.n === wanted ? good(`It answers and has schema ${wanted}`) : bad(
    `The database has ${row?.n ?? 0} of ${wanted} steps of the schema`,
    "Run `origin/migrate/main.ts`, or start an origin again: it brings the schema up to date.",
  );
}
