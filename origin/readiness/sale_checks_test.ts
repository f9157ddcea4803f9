import { assertEquals, assertMatch } from "@std/assert";
import { NOW, ReadySystem, saleOf } from "./testing/ready_system.ts";

const HOUR_MS = 3_600_000;

Deno.test("times: a window that is over, closed or paused is red; a start that is past is told", async () => {
  const system = new ReadySystem();
  const line = async (changes: Parameters<typeof saleOf>[0]) => {
    system.sale = saleOf(changes);
    return await system.line("times");
  };
  assertEquals((await line({})).advice, null);
  const past = { startsAt: NOW - 2 * HOUR_MS, endsAt: NOW };
  assertMatch((await line(past)).detail, /ended at 2026-06-01T10:00:00.000Z/);
  assertEquals((await line(past)).ok, false);
  assertEquals((await line({ status: "closed" })).ok, false);
  assertMatch((await line({ paused: true })).advice!, /Resume/);
  const begun = { startsAt: NOW - HOUR_MS };
  const draft = await line({ ...begun, status: "draft" });
  assertEquals(draft.ok, true);
  assertMatch(draft.advice!, /the moment it is published/);
  assertMatch((await line(begun)).detail, /Open since/);
  const short = await line({ endsAt: NOW + HOUR_MS + 59_999 });
  assertEquals(short.ok, true);
  assertMatch(short.advice!, /less than a minute/);
});

Deno.test("stock: nothing at all is red, a single empty item is told", async () => {
  const system = new ReadySystem();
  assertEquals(await system.line("stock"), {
    name: "stock",
    ok: true,
    detail: "5 pieces of 1 product, 1 product without a limit",
    advice: null,
  });
  const [first, second] = system.sale.items;
  system.sale = saleOf({ items: [{ ...first!, stock: 0 }, second!] });
  const some = await system.line("stock");
  assertEquals(some.ok, true);
  assertMatch(some.advice!, /Kettle/);
  system.sale = saleOf({ items: [{ ...first!, stock: 0 }] });
  assertEquals((await system.line("stock")).ok, false);
});

Deno.test("prices: 0 and other prices than the product's are told, an unread product is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("prices")).detail, "2 prices in CNY");
  system.products[11] = { name: "Kettle", price: 150 };
  assertMatch((await system.line("prices")).detail, /1 other than the product’s own/);
  const [first, second] = system.sale.items;
  system.sale = saleOf({ items: [{ ...first!, price: 0 }, second!] });
  assertMatch((await system.line("prices")).advice!, /Kettle costs nothing/);
  delete system.products[12];
  const unread = await system.line("prices");
  assertEquals(unread.ok, false);
  assertMatch(unread.detail, /12/);
});

Deno.test("pictures: a product without one is told", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("pictures")).advice, null);
  system.products[12] = { name: "Pot", images: [] };
  assertEquals(await system.line("pictures"), {
    name: "pictures",
    ok: true,
    detail: "1 of 2 products has no picture",
    advice: "Add one to Pot.",
  });
});

Deno.test("other_sales: the same product at the same time is told", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("other_sales")).advice, null);
  const other = saleOf({ saleId: 9, title: "Flash" });
  for (
    const [changes, isTold] of [
      [{}, true],
      [{ startsAt: other.endsAt, endsAt: other.endsAt + 1 }, false],
      [{ startsAt: NOW, endsAt: other.startsAt }, false],
      [{ startsAt: NOW, endsAt: other.startsAt + 1 }, true],
      [{ status: "closed" as const }, false],
      [{ items: [{ ...other.items[0]!, productId: 13 }] }, false],
    ] as const
  ) {
    system.others = [{ ...other, ...changes } as typeof other];
    const { ok, detail } = await system.line("other_sales");
    assertEquals([ok, /sale 9 \(Flash\)/.test(detail)], [true, isTold], JSON.stringify(changes));
  }
});
