import { assert, assertEquals } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { CustomerShop } from "./customer_shop.ts";

/** What edges are told, and how origins learn that it has changed. */
export function listsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: CustomerShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => CustomerShop.with(open, work));

  test("lists() tells whom to block and what goes before the token", async (at) => {
    const { customers, user, cidr } = at;
    const [ann, bob, cid, net] = [user(), user(), user(), cidr()];
    await customers.block({ userId: ann });
    await customers.block({ cidr: net });
    await customers.changeUser(bob, { level: 0, blocked: true });
    await customers.changeUser(cid, { claims: { tier: "gold" } });
    const lists = await customers.lists();
    assertEquals(lists.version, await customers.version());
    assert(lists.blockedCidrs.includes(net));
    assertEquals(lists.blockedUsers.filter((one) => [ann, bob, cid].includes(one)), [ann, bob]);
    const mine = lists.users.filter(([userId]) => [ann, bob, cid].includes(userId));
    assertEquals(mine, [[bob, 0, null], [cid, null, { tier: "gold" }]]);
  });

  test("lists() reads all rows, over several reads", async ({ customers, shop, user }) => {
    const prefix = user();
    const count = 10_001;
    const names = Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
    await shop.database.insertMany(
      "blocklist",
      ["user_id", "created_at"],
      names.map((userId) => [userId, shop.now]),
    );
    await shop.database.insertMany(
      "shop_user",
      ["user_id", "level", "created_at", "updated_at"],
      names.map((userId, level) => [userId, level, shop.now, shop.now]),
    );
    try {
      const { blockedUsers, users } = await customers.lists();
      const mine = (userId: string) => userId.startsWith(`${prefix}-`);
      assertEquals(new Set(blockedUsers.filter(mine)).size, count);
      assertEquals(new Map(users.map(([id, level]) => [id, level])).get(`${prefix}-77`), 77);
      assertEquals(users.filter(([userId]) => mine(userId)).length, count);
    } finally {
      for (const table of ["blocklist", "shop_user"]) {
        await shop.database.execute(`DELETE FROM ${table} WHERE user_id LIKE ?`, [`${prefix}-%`]);
      }
    }
  });

  test("version() rises with every change and with nothing else", async (at) => {
    const { customers, user, cidr, shop } = at;
    let version = await customers.version();
    const catalogVersion = await shop.catalog.version();
    const raises = async (work: () => Promise<unknown>) => {
      await work();
      const before = version;
      version = await customers.version();
      return version > before;
    };
    const [ann, net] = [user(), cidr()];
    assert(await raises(() => customers.block({ userId: ann })));
    assert(await raises(() => customers.block({ cidr: net })));
    assert(await raises(() => customers.changeUser(ann, { level: 1 })));
    assert(await raises(() => customers.changeUser(ann, { claims: { a: "b" } })));
    assert(await raises(() => customers.changeUser(ann, { blocked: false })));
    const { items: [entry] } = await customers.listBlocked({ cidr: net }, 1, 1);
    assert(await raises(() => customers.unblock(entry!.id)));
    assertEquals(await raises(() => customers.unblock(entry!.id)), false);
    assertEquals(await raises(() => customers.changeUser(ann, {})), false);
    assertEquals(await raises(() => customers.changeUser(ann, { level: 1 })), false);
    assertEquals(await raises(() => customers.changeUser(ann, { claims: { a: "b" } })), false);
    assertEquals(await raises(() => customers.getUser(ann)), false);
    assertEquals(await raises(() => customers.lists()), false);
    assertEquals(await raises(() => customers.listUsers({}, 1, 1)), false);
    assertEquals(await shop.catalog.version(), catalogVersion, "sales need not be read again");
  });
}
