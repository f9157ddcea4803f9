import { assertEquals, assertRejects } from "@std/assert";
import { itemKey } from "../../../shared/item.ts";
import { encodeOrderMessage, type OrderMessage } from "../../../shared/order_message.ts";
import { SEQ_PER_EPOCH } from "../../../shared/ticket.ts";
import type { Sale } from "../../catalog/catalog.ts";
import { DatabaseError } from "../../database/database.ts";
import { recordMessage } from "../../orders/record_message.ts";
import { until } from "../../queue/queue_contract.ts";
import type { WithdrawnItem } from "../rehearsal_book.ts";
import { copyFields, planItems } from "../rehearsal_plan.ts";
import { emptyReport } from "../rehearsal_report.ts";
import { settled, spying } from "./rehearsal_looks.ts";
import { RehearsalShop, type RehearsalSystem } from "./rehearsal_shop.ts";

/** Who sees a rehearsal while it runs, and what a late message of it does. */
export function rehearsalTraces(name: string, open: () => Promise<RehearsalSystem>): void {
  const test = (what: string, work: (shop: RehearsalShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => RehearsalShop.with(open, work));

  test("nobody sees the copy of a rehearsal while it is there", async (shop) => {
    const sale = await shop.openSale([60]);
    const seen: unknown[] = [];
    await shop.rehearse(sale, undefined, {
      rehearsals: spying(shop, "prove", async (copySaleId) => {
        seen.push(await visible(shop, sale, copySaleId));
      }),
    });
    assertEquals(seen, [{
      published: [sale.saleId],
      listed: [sale.saleId],
      total: 1,
      found: null,
      refused: "not_found",
      orders: 3,
      askedFor: true,
      events: 0,
      barred: 0,
      open: [itemKey(sale.saleId, sale.items[0]!.productId)],
    }]);
  });

  test("a copy that is withdrawn is opened by nobody", async (shop) => {
    const sale = await shop.openSale([5]);
    const before = await settled(shop);
    const { book, clock } = shop.system.parts;
    const report = emptyReport(planItems(sale));
    const fields = copyFields(sale, report.items, clock());
    const rehearsalId = (await shop.book.begin(sale.saleId, "ann", report))!;
    const copySaleId = (await shop.book.makeCopy(rehearsalId, fields))!;
    assertEquals(await shop.book.makeCopy(rehearsalId, fields), null, "one copy each");
    const [withdrawn] = await shop.book.withdrawCopy(copySaleId) as [WithdrawnItem];
    const { item, epoch } = withdrawn;
    await assertRejects(() => book.raiseEpoch(item), DatabaseError, "rehearsal must not be over");
    assertEquals(await book.snapshotLedger({ item, epoch: epoch - 1 }), null);
    assertEquals(await book.markOpen({ item, epoch: epoch - 1 }), false);
    assertEquals((await book.itemsToOpen()).filter((one) => one.item === item), []);
    await shop.rehearsals({ clock: () => clock() + 31_000 }).clearAbandoned();
    assertEquals(await settled(shop), before);
  });

  test("a message of a removed copy that comes late does nothing", async (shop) => {
    const sale = await shop.openSale([5]);
    const rehearsalId = await shop.rehearse(sale);
    const before = await settled(shop);
    const { copySaleId } = (await shop.book.get(rehearsalId))!;
    const { productId } = sale.items[0]!;
    const late = messageOf(copySaleId!, productId);
    const { book, queue } = shop.system.parts;
    assertEquals((await recordMessage(book, late)).kind, "known");
    const route = { item: itemKey(copySaleId!, productId), epoch: 1 };
    assertEquals(await queue.publish([{ ...late, ...route }], 5_000), ["returned"]);
    // Through the queue itself, as if a worker had died before it said that it was done.
    await queue.openRoute(route);
    assertEquals(await queue.publish([{ ...late, ...route }], 5_000), ["confirmed"]);
    await queue.closeOlderRoutes({ ...route, epoch: 2 });
    await until("the queue is empty", async () => (await queue.depth()).ready === 0);
    assertEquals(await settled(shop), before);
    // Any other sale that nobody knows is still a matter for an operator.
    assertEquals((await recordMessage(book, messageOf(999_999, productId))).kind, "parked");
  });
}

/** What anybody but the rehearsal sees of sales and orders. */
async function visible(shop: RehearsalShop, sale: Sale, copySaleId: number) {
  const { book, unpaid } = shop.system.parts;
  await shop.registry.refresh();
  const listed = await shop.catalog.listSales(1, 20);
  const paused = await shop.catalog.pauseSale(copySaleId, true);
  const published = await shop.catalog.publishedSales();
  const asked = await book.listOrders({ saleId: copySaleId }, 1, 20);
  const [events] = await book.database.query<{ n: number }>(
    "SELECT COUNT(*) AS n FROM order_event WHERE told = 1 AND sale_id <> ?",
    [sale.saleId],
  );
  return {
    published: published.sales.map(({ saleId }) => saleId),
    listed: listed.items.map(({ saleId }) => saleId),
    total: listed.total,
    found: await shop.catalog.getSale(copySaleId),
    refused: paused.kind,
    orders: (await book.listOrders({}, 1, 20)).total,
    askedFor: asked.total >= 60,
    events: events?.n,
    barred: (await unpaid.barredBuyers(0, 10)).length,
    open: shop.registry.openItems().map(({ item }) => item),
  };
}

/** A message of a ticket of the first epoch of some item. */
function messageOf(saleId: number, productId: number): { messageId: string; content: string } {
  const item = itemKey(saleId, productId);
  const firstSeq = SEQ_PER_EPOCH + 1;
  const message: OrderMessage = {
    v: 1,
    item,
    epoch: 1,
    firstSeq,
    reservedAt: 1_800_000_000_000,
    payBy: 1_800_000_900_000,
    orders: [{ userId: "rehearsal-1-1", quantity: 1, requestId: "rehearsal-1" }],
  };
  return { messageId: `${item}-${firstSeq}`, content: encodeOrderMessage(message) };
}
