import { assert, assertEquals } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { deviceTries, lockMs, LOCKS_AFTER } from "../lock_out.ts";
import { TRIES_KEPT_MS } from "../operator_book.ts";
import { OperatorShop } from "./operator_shop.ts";

/** Wrong passwords in a row. */
export function tryContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: OperatorShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => OperatorShop.with(open, work));

  test("beginTry() locks after five, for twice as long each time", async (at) => {
    const { operators, shop } = at;
    const { id, name } = await at.operator();
    for (let failed = 1; failed < LOCKS_AFTER; failed += 1) {
      assertEquals(await operators.beginTry(name), { kind: "free", failed });
      assertEquals(await operators.lockedUntil(name), 0);
    }
    for (let failed = LOCKS_AFTER; failed < LOCKS_AFTER + 8; failed += 1) {
      assertEquals(await operators.beginTry(name.toUpperCase()), { kind: "free", failed });
      const until = shop.now + lockMs(failed);
      assertEquals(await operators.beginTry(name), { kind: "locked", until });
      assertEquals(await operators.lockedUntil(name), until);
      assertEquals((await operators.get(id))?.lockedUntil, until);
      shop.now = until;
      assertEquals(await operators.lockedUntil(name), 0);
      assertEquals((await operators.get(id))?.lockedUntil, 0);
    }
    assertEquals(lockMs(LOCKS_AFTER + 8), 15 * 60_000);
    await operators.forgetTries(name);
    assertEquals(await operators.beginTry(name), { kind: "free", failed: 1 });
  });

  test("beginTry() of a name that nobody has is the same", async ({ operators, name }) => {
    const nobody = name("nobody");
    for (let failed = 1; failed <= LOCKS_AFTER; failed += 1) await operators.beginTry(nobody);
    assertEquals((await operators.beginTry(nobody)).kind, "locked");
  });

  test("beginTry() by many at once lets five through", async ({ operators, name }) => {
    const mine = name();
    const results = await Promise.all(Array.from({ length: 12 }, () => operators.beginTry(mine)));
    assertEquals(results.filter(({ kind }) => kind === "free").length, LOCKS_AFTER);
  });

  test("tries of a name that was left alone are forgotten, and swept", async (at) => {
    const { operators, shop, name } = at;
    const [left, busy] = [name("left"), name("busy")];
    for (let n = 1; n < LOCKS_AFTER; n += 1) await operators.beginTry(left);
    shop.now += TRIES_KEPT_MS;
    await operators.beginTry(busy);
    assert((await operators.sweep(10_000)).tries >= 1);
    assertEquals(await operators.beginTry(left), { kind: "free", failed: 1 });
    assertEquals(await operators.beginTry(busy), { kind: "free", failed: 2 });
    // Not swept, and forgotten all the same.
    shop.now += TRIES_KEPT_MS;
    assertEquals(await operators.beginTry(busy), { kind: "free", failed: 1 });
  });

  test("a new password unlocks", async (at) => {
    const { operators } = at;
    const { id, name } = await at.operator();
    const devices = deviceTries(id);
    for (const key of [name, devices]) {
      for (let n = 1; n <= LOCKS_AFTER; n += 1) await operators.beginTry(key);
      assert(await operators.lockedUntil(key) > 0);
    }
    const changed = await operators.change(id, { passwordHash: "$new" });
    assert(changed.kind === "done");
    assertEquals([changed.operator.lockedUntil, await operators.lockedUntil(name)], [0, 0]);
    assertEquals(await operators.lockedUntil(devices), 0);
  });
}
