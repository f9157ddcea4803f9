import { assertEquals } from "@std/assert";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { MAX_REPORTED_SALES } from "../../shared/process_report.ts";
import type { Delivery } from "../queue/order_queue.ts";
import { RecordingReport } from "./report_recording.ts";

function delivery(reservedAt: number): Delivery {
  const content = encodeOrderMessage({
    v: 1,
    item: "7-1",
    epoch: 1,
    firstSeq: 1_000_000_001,
    reservedAt,
    payBy: reservedAt + 1_000,
    orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
  });
  return { kind: "orders", messageId: "7-1-1000000001", content };
}

Deno.test("RecordingReport knows the oldest message in hand while it is recorded", async () => {
  const report = new RecordingReport("w", () => 5_000);
  const ends: (() => void)[] = [];
  const handle = report.watching(() => new Promise((resolve) => ends.push(resolve)));
  const oldest = () => report.report(true, 1).recording!.oldestReservedAt;
  assertEquals(oldest(), null);
  const young = handle(delivery(4_000));
  const old = handle(delivery(3_000));
  assertEquals(oldest(), 3_000);
  ends[1]!();
  await old;
  assertEquals(oldest(), 4_000);
  ends[0]!();
  await young;
  assertEquals([oldest(), report.report(true, 1).recording!.messages], [null, 2]);
});

Deno.test("RecordingReport does not count a message that was not recorded", async () => {
  const report = new RecordingReport("w", () => 0);
  const handle = report.watching(() => Promise.reject(new Error("stopping")));
  await handle(delivery(1)).catch(() => {});
  assertEquals(report.report(true, 1).recording, { messages: 0, oldestReservedAt: null });
});

Deno.test("RecordingReport counts orders and refusals by sale", () => {
  const report = new RecordingReport("w", () => 0);
  const message = null as never;
  report.recorded("7-1-1000000001", { kind: "written", message, orders: 5, refused: 0 });
  report.recorded("7-2-1000000001", { kind: "written", message, orders: 0, refused: 2 });
  const split = { orders: 1, refused: 1, parked: [], clashes: [] };
  report.recorded("9-1-1000000001", { kind: "split", why: "guard", split });
  report.recorded("9-1-1000000002", { kind: "known" });
  report.recorded("nonsense", { kind: "parked", reason: "unreadable" });
  const { sales, seq } = report.report(false, 3);
  assertEquals(seq, 1);
  assertEquals(sales, [
    { saleId: 7, written: { orders: 5, refused: 2 } },
    { saleId: 9, written: { orders: 1, refused: 1 } },
  ]);
});

Deno.test("RecordingReport tells of the sales that are on first", () => {
  let now = 0;
  const report = new RecordingReport("w", () => now);
  for (const saleId of [7, ...Array.from({ length: 100 }, (_, at) => 100 + at)]) {
    now += 1;
    const message = null as never;
    report.recorded(`${saleId}-1-1`, { kind: "written", message, orders: 1, refused: 0 });
  }
  const { sales } = report.report(true, 1, (saleId) => saleId === 7);
  assertEquals(sales.length, MAX_REPORTED_SALES);
  assertEquals([sales[0]?.saleId, sales[1]?.saleId], [7, 199]);
});
