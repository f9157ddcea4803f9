import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { SqlCustomerBook } from "../sql_customer_book.ts";
import { CustomerShop } from "./customer_shop.ts";

/** The block list. */
export function blocksContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: CustomerShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => CustomerShop.with(open, work));

  test("block() adds users and networks once each", async ({ customers, user, cidr, shop }) => {
    const [ann, net] = [user(), cidr()];
    const added = await customers.block({ userId: ann });
    assert(added.kind === "added");
    assertEquals(added.entry, { id: added.entry.id, userId: ann, createdAt: shop.now });
    const network = await customers.block({ cidr: net });
    assert(network.kind === "added");
    assertEquals(network.entry, { id: network.entry.id, cidr: net, createdAt: shop.now });
    shop.now += 1_000;
    assertEquals(await customers.block({ userId: ann }), { ...added, kind: "known" });
    assertEquals(await customers.block({ cidr: net }), { ...network, kind: "known" });
    assertEquals(await customers.getBlocked(added.entry.id), added.entry);
    assertEquals(await customers.getBlocked(999_999_999), null);
  });

  test("block() of one target by many at once adds it once", async ({ customers, user }) => {
    const userId = user();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => customers.block({ userId })),
    );
    const kinds = results.map(({ kind }) => kind);
    assertEquals(kinds.filter((kind) => kind === "added").length, 1);
    assertEquals(kinds.filter((kind) => kind === "known").length, 7);
    assertEquals((await customers.listBlocked({ userId }, 1, 10)).total, 1);
  });

  test("block() distinguishes users by case and takes the longest", async ({ customers, user }) => {
    const userId = `${user()}-${"x".repeat(64)}`.slice(0, 64);
    assertEquals((await customers.block({ userId })).kind, "added");
    assertEquals((await customers.getUser(userId.toUpperCase())).blocked, false);
    assertEquals((await customers.block({ userId: userId.toUpperCase() })).kind, "added");
  });

  test("block() never passes its bounds, whoever asks at once", async ({ customers, shop, user }) => {
    const { total } = await customers.listBlocked({}, 1, 1);
    const bounds = { blockedUsers: total + 2, blockedCidrs: 0, users: 0 };
    const bounded = new SqlCustomerBook(shop.database, () => shop.now, bounds);
    const { blockedUsers } = await customers.lists();
    const room = bounds.blockedUsers - blockedUsers.length;
    const results = await Promise.all(
      Array.from({ length: room + 4 }, () => bounded.block({ userId: user() })),
    );
    assertEquals(results.filter(({ kind }) => kind === "added").length, room);
    assertEquals(results.filter(({ kind }) => kind === "full").length, 4);
    const full = await bounded.block({ cidr: "192.0.2.0/24" });
    assert(full.kind === "full" && full.detail.startsWith("Cannot block more"), full.kind);
  });

  test("unblock() takes an entry off, once", async ({ customers, user }) => {
    const result = await customers.block({ userId: user() });
    assert(result.kind === "added");
    const { id } = result.entry;
    const gone = await Promise.all([customers.unblock(id), customers.unblock(id)]);
    assertEquals(gone.toSorted(), [false, true]);
    assertEquals(await customers.getBlocked(id), null);
    assertEquals(await customers.unblock(999_999_999), false);
  });

  test("listBlocked() pages, newest first, and finds one target", async (at) => {
    const { customers, user, cidr } = at;
    const before = (await customers.listBlocked({}, 1, 1)).total;
    const entries = [];
    for (const target of [{ userId: user() }, { cidr: cidr() }, { userId: user() }]) {
      const result = await customers.block(target);
      assert(result.kind === "added");
      entries.unshift(result.entry);
    }
    const page = await customers.listBlocked({}, 1, 2);
    assertEquals(page, { items: entries.slice(0, 2), page: 1, per: 2, total: before + 3 });
    assertEquals((await customers.listBlocked({}, 2, 2)).items[0], entries[2]);
    const [, network, first] = entries;
    assert("cidr" in network! && "userId" in first!);
    const found = await customers.listBlocked({ cidr: network.cidr }, 1, 10);
    assertEquals([found.items, found.total], [[network], 1]);
    assertEquals((await customers.listBlocked({ userId: first.userId }, 1, 10)).items, [first]);
    const both = { userId: first.userId, cidr: network.cidr };
    assertEquals((await customers.listBlocked(both, 1, 10)).total, 0);
    await assertRejects(() => customers.listBlocked({}, 0, 10), RangeError);
  });
}
