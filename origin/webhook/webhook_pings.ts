import type { Database } from "../database/database.ts";
import type { TestAnswer } from "./webhook_book.ts";
import { readCursor } from "./webhook_cursor.ts";
import { keptError } from "./webhook_failures.ts";

/** `WebhookBook.askTest`. One test at a time: a later one takes the place of an earlier one. */
export async function askTest(
  database: Database,
  testId: string,
  nowMs: number,
): Promise<boolean> {
  const { affectedRows } = await database.execute(
    `UPDATE webhook_cursor SET test_id = ?, test_asked_at = ?, test_answer = NULL
      WHERE id = 1 AND url IS NOT NULL`,
    [testId, nowMs],
  );
  return affectedRows > 0;
}

/** `WebhookBook.readTest`. */
export async function readTest(database: Database, testId: string): Promise<TestAnswer | null> {
  const row = await readCursor(database);
  if (row?.test_id !== testId || row.test_answer === null) return null;
  return JSON.parse(row.test_answer);
}

/** `SenderBook.takeTest`: of several workers the row decides which one it is. */
export async function takeTest(database: Database): Promise<string | null> {
  const row = await readCursor(database);
  if (!row || row.test_id === null || row.test_asked_at === null) return null;
  const { affectedRows } = await database.execute(
    `UPDATE webhook_cursor SET test_asked_at = NULL
      WHERE id = 1 AND test_id = ? AND test_asked_at IS NOT NULL`,
    [row.test_id],
  );
  return affectedRows > 0 ? row.test_id : null;
}

/** `SenderBook.answerTest`; nothing happens when another test was asked for since. */
export async function answerTest(
  database: Database,
  testId: string,
  answer: TestAnswer,
): Promise<void> {
  const text = JSON.stringify({ ...answer, detail: keptError(answer.detail) });
  await database.execute(
    "UPDATE webhook_cursor SET test_answer = ? WHERE id = 1 AND test_id = ?",
    [text, testId],
  );
}
