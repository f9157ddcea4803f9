import { assert, assertEquals } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { MAX_SESSIONS_EACH, SEEN_STEP_MS, SESSION_IDLE_MS } from "../operator_book.ts";
import { OperatorShop } from "./operator_shop.ts";

const HOUR_MS = 3_600_000;

/** A session of an operator whose password is held against `$x`. */
function sessionOf(tokenHash: string, operatorId: number, expiresAt: number) {
  return { tokenHash, operatorId, expiresAt, passwordHash: "$x" };
}

/** Who is signed in. */
export function sessionContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: OperatorShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => OperatorShop.with(open, work));

  test("readSession() knows whose it is until it ends", async (at) => {
    const { operators, token, shop } = at;
    const { id, name } = await at.operator("viewer");
    const [mine, begunAt] = [token(), shop.now];
    const expiresAt = begunAt + 12 * HOUR_MS;
    await operators.openSession(sessionOf(mine, id, expiresAt));
    assertEquals(await operators.readSession(mine), {
      tokenHash: mine,
      operatorId: id,
      createdAt: begunAt,
      seenAt: begunAt,
      expiresAt,
      name,
      role: "viewer",
    });
    assertEquals(await operators.readSession(token()), null);
    while (shop.now + HOUR_MS < expiresAt) {
      shop.now += HOUR_MS;
      assert(await operators.readSession(mine));
    }
    shop.now = expiresAt;
    assertEquals(await operators.readSession(mine), null);
    assertEquals(await operators.listSessions(id), []);
    assert((await operators.sweep(10_000)).sessions >= 1);
  });

  test("readSession() ends a session that nobody uses", async (at) => {
    const { operators, token, shop } = at;
    const { id } = await at.operator();
    const mine = token();
    await operators.openSession(sessionOf(mine, id, shop.now + 12 * HOUR_MS));
    shop.now += SEEN_STEP_MS - 1;
    assertEquals((await operators.readSession(mine))?.seenAt, shop.now - SEEN_STEP_MS + 1);
    shop.now += 1;
    await operators.readSession(mine);
    assertEquals((await operators.listSessions(id))[0]?.seenAt, shop.now);
    shop.now += SESSION_IDLE_MS - 1;
    assert(await operators.readSession(mine));
    shop.now += SESSION_IDLE_MS;
    assertEquals(await operators.readSession(mine), null);
  });

  test("openSession() keeps twenty of an operator", async (at) => {
    const { operators, token, shop } = at;
    const { id } = await at.operator();
    const hashes = [];
    for (let n = 0; n <= MAX_SESSIONS_EACH; n += 1) {
      hashes.push(token());
      shop.now += 1_000;
      await operators.openSession(sessionOf(hashes[n]!, id, shop.now + HOUR_MS));
    }
    assertEquals(await operators.readSession(hashes[0]!), null);
    const live = await operators.listSessions(id);
    assertEquals(live.map(({ tokenHash }) => tokenHash), hashes.slice(1).toReversed());
  });

  test("openSession() begins none for a hash that is another by now, or disabled", async (at) => {
    const { operators, token, shop } = at;
    const { id } = await at.operator();
    const open = async (passwordHash: string) => {
      const session = sessionOf(token(), id, shop.now + HOUR_MS);
      return await operators.openSession({ ...session, passwordHash });
    };
    assertEquals([await open("$x"), await open("$old")], [true, false]);
    assertEquals((await operators.listSessions(id)).length, 1);
    await operators.change(id, { passwordHash: "$new" });
    assertEquals([await open("$x"), await open("$new")], [false, true]);
    await operators.change(id, { disabled: true });
    assertEquals([await open("$new"), await operators.listSessions(id)], [false, []]);
    const nobody = sessionOf(token(), 999_999_999, shop.now + HOUR_MS);
    assertEquals(await operators.openSession(nobody), false);
  });

  test("openSession() and a reset at once leave no session of the old password", async (at) => {
    const { operators, token, shop } = at;
    const { id } = await at.operator();
    const opening = Array.from(
      { length: 6 },
      () => operators.openSession(sessionOf(token(), id, shop.now + HOUR_MS)),
    );
    await Promise.all([...opening, operators.change(id, { passwordHash: "$new" })]);
    assertEquals(await operators.listSessions(id), []);
  });

  test("sessions end alone, or all but one", async (at) => {
    const { operators, token, shop } = at;
    const [{ id }, other] = [await at.operator(), await at.operator()];
    const [a, b, c, theirs] = [token(), token(), token(), token()];
    for (const hash of [a, b, c]) {
      await operators.openSession(sessionOf(hash, id, shop.now + HOUR_MS));
    }
    await operators.openSession(sessionOf(theirs, other.id, shop.now + HOUR_MS));
    await operators.endSession(a);
    await operators.endSession(a);
    assertEquals(await operators.readSession(a), null);
    assertEquals(await operators.endOtherSessions(id, b), 1);
    assertEquals([await operators.readSession(c), (await operators.readSession(b))?.operatorId], [
      null,
      id,
    ]);
    assertEquals((await operators.readSession(theirs))?.operatorId, other.id);
  });

  test("sweep() removes no more than it may, and nothing that lives", async (at) => {
    const { operators, token, shop } = at;
    const { id } = await at.operator();
    await operators.sweep(10_000);
    const live = token();
    for (let n = 0; n < 4; n += 1) {
      await operators.openSession(sessionOf(token(), id, shop.now + 1));
    }
    await operators.openSession(sessionOf(live, id, shop.now + HOUR_MS));
    shop.now += 1;
    assertEquals((await operators.sweep(3)).sessions, 3);
    assertEquals((await operators.sweep(3)).sessions, 1);
    assert(await operators.readSession(live));
  });
}
