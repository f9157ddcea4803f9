import { DatabaseError } from "./database.ts";

/**
 * Refuses what no column of Dropgate holds. Objects and arrays would even change the meaning of a
 * statement (mysql2 expands them into SQL), and a number that is not exact would be stored as
 * another one.
 * @throws {DatabaseError} `invalid`.
 */
export function checkSqlValue(value: unknown): void {
  if (value === null || typeof value === "string" || Number.isSafeInteger(value)) return;
  const shown = typeof value === "number" ? String(value) : typeof value;
  throw new DatabaseError(
    "invalid",
    `Cannot use a value as it must be null, text or an exact integer: current value is ${shown}`,
  );
}
