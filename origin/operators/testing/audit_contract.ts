import { assertEquals, assertRejects } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import type { NewAuditEntry } from "../audit_book.ts";
import { OperatorShop } from "./operator_shop.ts";

/** The audit log. */
export function auditContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: OperatorShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => OperatorShop.with(open, work));

  const entryOf = (actor: string, fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
    actor,
    role: "admin",
    via: "session",
    action: "sale.pause",
    target: "sale/7",
    requestId: "request-1",
    before: null,
    ...fields,
  });

  test("begin() and finish() write an entry down", async ({ audit, name, shop }) => {
    const actor = name();
    const before = JSON.stringify({ title: "春 🌸", deep: [1, { a: null }] });
    const id = await audit.begin(entryOf(actor, { before }));
    const begun = { ...entryOf(actor, { before }), id, createdAt: shop.now };
    const [first] = (await audit.list({ actor }, 1, 1)).items;
    assertEquals(first, { ...begun, state: "begun", after: null, finishedAt: null });
    shop.now += 40;
    const after = "x".repeat(64 * 1024);
    await audit.finish(id, { state: "done", target: "sale/8", after });
    const [second] = (await audit.list({ actor: actor.toUpperCase() }, 1, 1)).items;
    const done = { state: "done" as const, target: "sale/8", after, finishedAt: shop.now };
    assertEquals(second, { ...begun, ...done });
  });

  test("a target of any letters and length is written down", async ({ audit, name }) => {
    const actor = name();
    await audit.begin(entryOf(actor, { target: "user/" + "ü%_".repeat(100) }));
    const [entry] = (await audit.list({ actor }, 1, 1)).items;
    assertEquals(entry?.target, ("user/" + "?%_".repeat(100)).slice(0, 160));
  });

  test("list() is newest first and finds what it is asked for", async ({ audit, name, shop }) => {
    const actor = name();
    const begunAt = shop.now;
    const fields: Partial<NewAuditEntry>[] = [
      { action: "sale.pause", target: "sale/7" },
      { action: "sale.stock", target: "sale/7/product/2" },
      { action: "sale.pause", target: "sale/70" },
      { action: "sale_x", target: "sale" },
      { action: "product.create", target: "product/7" },
    ];
    const ids: number[] = [];
    for (const one of fields) {
      ids.push(await audit.begin(entryOf(actor, one)));
      shop.now += 1_000;
    }
    const find = async (filter: object) => {
      const { items, total } = await audit.list({ actor, ...filter }, 1, 50);
      assertEquals(items.length, total);
      return items.map(({ id }) => ids.indexOf(id));
    };
    assertEquals(await find({}), [4, 3, 2, 1, 0]);
    assertEquals(await find({ target: "sale/7" }), [1, 0]);
    assertEquals(await find({ target: "sale" }), [3, 2, 1, 0]);
    assertEquals(await find({ action: "sale" }), [2, 1, 0]);
    assertEquals(await find({ action: "sale.pause" }), [2, 0]);
    assertEquals(await find({ action: "sale%" }), []);
    assertEquals(await find({ from: begunAt + 1_000, to: begunAt + 3_000 }), [2, 1]);
    const second = await audit.list({ actor }, 2, 2);
    assertEquals([second.items.map(({ id }) => ids.indexOf(id)), second.total], [[2, 1], 5]);
    assertEquals(await audit.list({ actor: name() }, 1, 1), {
      items: [],
      page: 1,
      per: 1,
      total: 0,
    });
    await assertRejects(() => audit.list({}, 0, 10), RangeError);
  });
}
