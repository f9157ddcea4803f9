import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import type { ShopUserResult } from "../customer_book.ts";
import { SqlCustomerBook } from "../sql_customer_book.ts";
import { CustomerShop } from "./customer_shop.ts";

function done(result: ShopUserResult) {
  assert(result.kind === "done", JSON.stringify(result));
  return result.user;
}

/** What operators know of customers. */
export function usersContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: CustomerShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => CustomerShop.with(open, work));

  test("changeUser() merges field by field and forgets what says nothing", async (at) => {
    const { customers, user } = at;
    const userId = user();
    const untouched = { userId, level: null, blocked: false, claims: null };
    assertEquals(await customers.getUser(userId), untouched);
    const total = (await customers.listUsers({}, 1, 1)).total;
    const steps = [
      [{}, untouched],
      [{ level: -3 }, { ...untouched, level: -3 }],
      [{ claims: { tier: "金", a: "" } }, {
        ...untouched,
        level: -3,
        claims: { tier: "金", a: "" },
      }],
      [{ level: null, blocked: true }, {
        ...untouched,
        blocked: true,
        claims: { tier: "金", a: "" },
      }],
      [{ claims: null }, { ...untouched, blocked: true }],
      [{ blocked: false }, untouched],
    ] as const;
    for (const [changes, expected] of steps) {
      assertEquals(done(await customers.changeUser(userId, changes)), expected);
      assertEquals(await customers.getUser(userId), expected);
    }
    assertEquals((await customers.listUsers({}, 1, 1)).total, total);
  });

  test("changeUser() and the block list say the same of a user", async ({ customers, user }) => {
    const userId = user();
    const result = await customers.block({ userId });
    assert(result.kind === "added");
    assertEquals((await customers.getUser(userId)).blocked, true);
    done(await customers.changeUser(userId, { blocked: true, level: 1 }));
    assertEquals((await customers.getBlocked(result.entry.id))?.id, result.entry.id);
    done(await customers.changeUser(userId, { blocked: false }));
    assertEquals(await customers.getBlocked(result.entry.id), null);
    done(await customers.changeUser(userId, { blocked: true }));
    const { items: [entry] } = await customers.listBlocked({ userId }, 1, 1);
    assertEquals(await customers.unblock(entry!.id), true);
    assertEquals(await customers.getUser(userId), {
      userId,
      level: 1,
      blocked: false,
      claims: null,
    });
  });

  test("changeUser() of one user by many at once loses no field", async ({ customers, user }) => {
    const userId = user();
    await Promise.all([
      customers.changeUser(userId, { level: 7 }),
      customers.changeUser(userId, { claims: { tier: "gold" } }),
      customers.changeUser(userId, { blocked: true }),
      customers.block({ userId }),
    ]);
    assertEquals(await customers.getUser(userId), {
      userId,
      level: 7,
      blocked: true,
      claims: { tier: "gold" },
    });
  });

  test("changeUser() at a bound changes nothing", async ({ customers, shop, user }) => {
    const { blockedUsers, users } = await customers.lists();
    const bounds = { blockedUsers: blockedUsers.length, blockedCidrs: 0, users: users.length + 1 };
    const bounded = new SqlCustomerBook(shop.database, () => shop.now, bounds);
    const [ann, bob] = [user(), user()];
    const version = await customers.version();
    assertEquals((await bounded.changeUser(ann, { level: 1, blocked: true })).kind, "full");
    assertEquals([(await customers.getUser(ann)).level, await customers.version()], [
      null,
      version,
    ]);
    done(await bounded.changeUser(ann, { level: 1 }));
    const full = await bounded.changeUser(bob, { claims: { a: "b" } });
    assert(full.kind === "full" && full.detail.startsWith("Cannot keep more users"));
    done(await bounded.changeUser(ann, { level: 2, claims: { a: "b" } }));
    done(await bounded.changeUser(ann, { level: null, claims: null }));
    done(await bounded.changeUser(bob, { claims: { a: "b" } }));
  });

  test("listUsers() pages by id, with the block list in it", async ({ customers, user }) => {
    // One group of names after everything else in the database.
    const names = Array.from({ length: 4 }, () => user("zz"));
    const [a, b, c, d] = names as [string, string, string, string];
    await customers.changeUser(c, { level: 1 });
    await customers.block({ userId: a });
    await customers.changeUser(d, { claims: { x: "y" }, blocked: true });
    await customers.changeUser(b, { level: 2, blocked: true });
    const mine = async (filter: { blocked?: boolean }) => {
      const { total } = await customers.listUsers(filter, 1, 1);
      const found = [];
      for (let page = 1; (page - 1) * 3 < total; page += 1) {
        found.push(...(await customers.listUsers(filter, page, 3)).items);
      }
      assertEquals(found.length, total);
      return found.filter(({ userId }) => names.includes(userId));
    };
    assertEquals((await mine({})).map(({ userId, level, blocked }) => [userId, level, blocked]), [
      [a, null, true],
      [b, 2, true],
      [c, 1, false],
      [d, null, true],
    ]);
    assertEquals((await mine({ blocked: true })).map(({ userId }) => userId), [a, b, d]);
    assertEquals((await mine({ blocked: false })).map(({ userId }) => userId), [c]);
    await assertRejects(() => customers.listUsers({}, 1, 201), RangeError);
  });
}
