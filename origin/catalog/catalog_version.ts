import type { Sql } from "../database/database.ts";

/**
 * Raises the catalog's version. It belongs into the transaction of the change, as its last
 * statement: the row is shared by all sales, so its lock should be held shortly and taken last.
 */
export async function raiseCatalogVersion(tx: Sql): Promise<void> {
  await tx.execute("UPDATE catalog_version SET version = version + 1 WHERE id = 1");
}

/** The version of the last change that was committed. */
export async function readCatalogVersion(sql: Sql): Promise<number> {
  const rows = await sql.query<{ version: number }>(
    "SELECT version FROM catalog_version WHERE id = 1",
  );
  return rows[0]?.version ?? 0;
}
