import type { OriginFixture } from "../../testing/origin_fixture.ts";

/** Ids of the operators in a house that is not empty; the first one signs in. */
export const OPERATORS = { mara: 1, victor: 2, olga: 3 } as const;

/** Operators of every role, one of them kept out, and a browser of the first. */
export async function addOperators({ operatorBook, operators }: OriginFixture): Promise<void> {
  for (const [name, role] of [["mara", "admin"], ["victor", "viewer"], ["olga", "operator"]]) {
    const wish = { name: name!, role: role as "admin", passwordHash: "none" };
    if ((await operatorBook.create(wish)).kind !== "done") throw new Error(`Cannot add ${name}`);
  }
  await operatorBook.change(OPERATORS.olga, { disabled: true });
  const known = { operatorId: OPERATORS.mara, passwordHash: "none" };
  await operators.sessions.open(known, new Headers());
}

/** A worker tells the shop, or tried to; what it returns takes the webhook away again. */
export async function tellShop(
  { db, now }: OriginFixture,
  { attempts, lastError }: { attempts: number; lastError: string | null },
): Promise<() => void> {
  await db.execute(
    `INSERT INTO webhook_cursor (id, position, event_index, until_position, until_index, attempts,
       next_try_at, last_error, delivered_at, url, seen_at)
     VALUES (1, ?, 0, ?, ?, ?, ?, ?, ?, 'https://shop.example/hooks/dropgate', ?)`,
    [
      attempts > 0 ? 0 : 1_000_000,
      attempts > 0 ? 1 : null,
      attempts > 0 ? 0 : null,
      attempts,
      now + 90_000,
      lastError,
      attempts > 0 ? null : now - 4_000,
      now,
    ],
  );
  return () => void db.execute("DELETE FROM webhook_cursor");
}

/** So many operators, changes, failed deliveries, proofs and rehearsals, straight into the tables. */
export async function addManyOfInstallation(
  { db, now }: OriginFixture,
  saleId: number,
  count: number,
): Promise<void> {
  const numbers = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${count})`;
  await db.execute(
    `${numbers} INSERT INTO operator (name, role, password_hash, created_at, updated_at)
     SELECT 'operator-' || n, 'operator', 'none', ?, ? FROM n`,
    [now, now],
  );
  await db.execute(
    `${numbers} INSERT INTO audit_entry (actor, role, via, action, target, request_id, state,
       before_json, after_json, created_at, finished_at)
     SELECT 'operator-' || (n % 30), 'operator', 'session', 'sale.change', 'sale/' || n, 'r-' || n,
       'done', '{"captcha":"off"}', '{"captcha":"always"}', ?, ? FROM n`,
    [now, now],
  );
  await db.execute(
    `${numbers} INSERT INTO webhook_failure (first_position, first_index, last_position, last_index,
       event_count, attempts, error, state, created_at, updated_at)
     SELECT n, 0, n, 99, 100, 15, 'The shop answered 503', 'failed', ?, ? FROM n`,
    [now, now],
  );
  await db.execute(
    `${numbers} INSERT INTO proof_bundle (sale_id, state, head, public_key, tickets, ok, made_by,
       created_at, alive_at, finished_at)
     SELECT ?, 'done', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
       'DWFRgjwQbfch9W5JhUgnKHJkE4e-A4S2zxv68VUsmik', n, 1, 'mara', ?, ?, ? FROM n`,
    [saleId, now, now, now],
  );
}
