import { assert, assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { DatabaseError } from "../database/database.ts";
import type { ExportCursor, ExportedOrder, ExportStep } from "../orders/order_reader.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { CSV_HEAD } from "./order_csv.ts";
import { MAX_EXPORTS, OrderExports, STALLED_AFTER_MS } from "./order_export.ts";

const ORDER: ExportedOrder = {
  ticket: "7-3-ann-1000000001",
  item: "7-3",
  userId: "ann",
  seq: 1_000_000_001,
  quantity: 1,
  requestId: "key",
  amount: 9_900,
  currency: "EUR",
  status: "paid",
  reason: null,
  payBy: 0,
  createdAt: 0,
  updatedAt: 0,
  messageId: "7-3-1000000001",
};

/** An order book of so many steps, each of 100 orders unless it is one of the empty ones. */
function bookOf(steps: number, { empty = [] as number[], failsAt = -1 } = {}) {
  let asked = 0;
  const exportOrders = (_: unknown, cursor: ExportCursor | null): Promise<ExportStep> => {
    const at = cursor === null ? 0 : cursor.before;
    asked += 1;
    if (at === failsAt) return Promise.reject(new Error("away"));
    return Promise.resolve({
      orders: empty.includes(at) ? [] : Array(100).fill(ORDER),
      next: at + 1 < steps ? { before: at + 1, lowest: 0 } : null,
    });
  };
  return { book: { exportOrders }, asked: () => asked };
}

function exportsOf(book: ReturnType<typeof bookOf>["book"]) {
  const time = { now: 0 };
  return { time, exports: new OrderExports({ book, clock: () => time.now, log: logOf("test") }) };
}

async function linesOf(stream: ReadableStream<Uint8Array> | null): Promise<string[]> {
  assert(stream);
  return (await new Response(stream).text()).split("\r\n").slice(0, -1);
}

Deno.test("an export reads a step only when somebody takes it, and frees its place", async () => {
  const { book, asked } = bookOf(5);
  const { exports } = exportsOf(book);
  const stream = await exports.open({}, { bom: false });
  assert(stream);
  assertEquals([asked(), exports.running], [1, 1]);
  const reader = stream.getReader();
  await reader.read();
  assertEquals(asked(), 1);
  await reader.read();
  assertEquals(asked(), 2);
  let rest = 0;
  while (!(await reader.read()).done) rest += 1;
  assertEquals([rest, asked(), exports.running], [3, 5, 0]);
});

Deno.test("an export goes through empty steps and ends after the last one", async () => {
  const { exports } = exportsOf(bookOf(6, { empty: [0, 2, 3, 5] }).book);
  const lines = await linesOf(await exports.open({}, { bom: false }));
  assertEquals([lines.length, `${lines[0]}\r\n`, exports.running], [201, CSV_HEAD, 0]);
  const none = await linesOf(
    await exportsOf(bookOf(1, { empty: [0] }).book).exports
      .open({}, { bom: false }),
  );
  assertEquals(none.length, 1);
});

Deno.test("an export ends at once when its reader goes away", async () => {
  const { book, asked } = bookOf(1_000);
  const { exports } = exportsOf(book);
  const stream = await exports.open({}, { bom: false });
  const reader = stream!.getReader();
  await reader.read();
  await reader.cancel();
  assertEquals([asked(), exports.running], [1, 0]);
});

Deno.test("an export that breaks off ends with an error, not as if it were whole", async () => {
  const { exports } = exportsOf(bookOf(3, { failsAt: 2 }).book);
  const stream = await exports.open({}, { bom: false });
  await assertRejects(() => new Response(stream).text(), Error, "away");
  assertEquals(exports.running, 0);
  const broken = exportsOf(bookOf(3, { failsAt: 0 }).book).exports;
  await assertRejects(() => broken.open({}, { bom: false }), Error, "away");
  assertEquals(broken.running, 0);
});

Deno.test("so many exports run at once, and one that nobody reads gives way", async () => {
  const { time, exports } = exportsOf(bookOf(3).book);
  const open = () => exports.open({}, { bom: false });
  const streams: Awaited<ReturnType<typeof open>>[] = [];
  for (let at = 0; at < MAX_EXPORTS; at++) streams.push(await open());
  assertEquals(await open(), null);
  time.now = STALLED_AFTER_MS + 1;
  // All but the last are being read.
  const readers = streams.slice(0, -1).map((stream) => stream!.getReader());
  for (const reader of readers) await reader.read();
  const late = await open();
  assert(late);
  assertEquals([await open(), exports.running], [null, MAX_EXPORTS]);
  await assertRejects(() => new Response(streams.at(-1)!).text(), Error, "Nobody read");
  for (const reader of readers) await reader.cancel();
  assertEquals((await linesOf(late)).length, 301);
  assertEquals(exports.running, 0);
});

Deno.test("GET orders.csv is a file of what its filters name, with a mark if asked", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 10 });
  await origin.buy(
    [saleId, productId, "ann", 2, "=1+1", 0],
    [saleId, productId, "bob", 1, "b", 0],
  );
  await origin.drain();
  await origin.unpaid.cancelOrders(
    (await origin.book.listOrders({ userId: "bob" }, 1, 1)).items.map(({ ticket }) => ticket),
    "by_buyer",
  );
  const response = await origin.admin("GET", "/orders.csv");
  assertEquals(response.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
  assertEquals(
    response.headers.get("content-disposition"),
    'attachment; filename="orders-20260601T100000Z.csv"',
  );
  const lines = (await response.text()).split("\r\n");
  assertEquals([lines.length, lines.at(-1)], [4, ""]);
  assert(lines[1]!.includes(",bob,1,9900,99.00,CNY,cancelled,by_buyer,"));
  assert(lines[2]!.includes(",ann,2,19800,198.00,CNY,unpaid,,"));
  assert(lines[2]!.includes(",'=1+1,"));

  const one = await origin.admin("GET", `/orders.csv?saleId=${saleId}&status=unpaid&bom=true`);
  assert(one.headers.get("content-disposition")?.includes(`orders-sale-${saleId}-unpaid-`));
  const bytes = new Uint8Array(await one.arrayBuffer());
  assertEquals([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assertEquals(new TextDecoder().decode(bytes).split("\r\n").length, 3);

  for (const query of ["saleId=x", "status=gone", "userId=a%20b", "bom=maybe"]) {
    const refused = await origin.admin("GET", `/orders.csv?${query}`);
    assertEquals([refused.status, (await refused.json()).code], [400, "invalid"], query);
  }
});

Deno.test("GET orders.csv is refused while the order book is away, and while many run", async () => {
  await using origin = await OriginFixture.open();
  await origin.openSale();
  const running = [];
  for (let at = 0; at < MAX_EXPORTS; at++) running.push(await origin.admin("GET", "/orders.csv"));
  const busy = await origin.admin("GET", "/orders.csv");
  assertEquals([busy.status, (await busy.json()).code], [503, "busy"]);
  assertEquals(busy.headers.get("retry-after"), "1");
  for (const response of running) await response.body?.cancel();
  origin.faults.book.error = new DatabaseError("unavailable", "away");
  const failed = await origin.admin("GET", "/orders.csv");
  assertEquals([failed.status, (await failed.json()).code], [503, "unavailable"]);
  origin.faults.book.error = null;
  assertEquals((await (await origin.admin("GET", "/orders.csv")).text()).split("\r\n").length, 2);
});

Deno.test("a client that goes away in the middle of a file frees its place", async () => {
  const { book, asked } = bookOf(100_000);
  const { exports } = exportsOf(book);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async () => new Response(await exports.open({}, { bom: false })),
  );
  try {
    const response = await fetch(`http://127.0.0.1:${server.addr.port}`);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    const deadline = Date.now() + 20_000;
    while (exports.running > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(exports.running, 0);
    assert(asked() < 100_000, `${asked()} steps were read for nobody`);
  } finally {
    await server.shutdown();
  }
});
