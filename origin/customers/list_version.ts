import type { Sql } from "../database/database.ts";

/** The row of `catalog_version` that counts changes of the block list and of customers. */
const LISTS_ROW = 2;

/**
 * Lets changes of these lists take turns until the transaction ends, so that bounds and single
 * entries can be looked at before they are written. Only operators change them.
 */
export async function lockLists(tx: Sql): Promise<void> {
  await tx.query(`SELECT version FROM catalog_version WHERE id = ${LISTS_ROW}${tx.forUpdate}`);
}

/** Raises the version, in the transaction of the change. */
export async function raiseListVersion(tx: Sql): Promise<void> {
  await tx.execute(`UPDATE catalog_version SET version = version + 1 WHERE id = ${LISTS_ROW}`);
}

/** The version of the last change that was committed. */
export async function readListVersion(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ version: number }>(
    `SELECT version FROM catalog_version WHERE id = ${LISTS_ROW}`,
  );
  return row?.version ?? 0;
}
