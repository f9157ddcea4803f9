import { assertEquals } from "@std/assert";
import type { ExportedOrder } from "../orders/order_reader.ts";
import { CSV_COLUMNS, CSV_HEAD, csvLine, csvLines } from "./order_csv.ts";

const ORDER: ExportedOrder = {
  ticket: "7-3-ann-1000000001",
  item: "7-3",
  userId: "ann",
  seq: 1_000_000_001,
  quantity: 2,
  requestId: "key",
  amount: 19_805,
  currency: "EUR",
  status: "unpaid",
  reason: null,
  payBy: Date.UTC(2026, 5, 1, 10, 15),
  createdAt: Date.UTC(2026, 5, 1, 10),
  updatedAt: Date.UTC(2026, 5, 1, 10, 0, 1, 5),
  messageId: "7-3-1000000001",
};

/** The cells of a line by the names of their columns. */
function cellsOf(order: Partial<ExportedOrder>): Record<string, string> {
  const line = csvLines([{ ...ORDER, ...order }]).slice(0, -2);
  return Object.fromEntries(line.split(",").map((cell, at) => [CSV_COLUMNS[at], cell]));
}

Deno.test("csvLines() writes an order with its times in UTC and its amount twice", () => {
  assertEquals(
    CSV_HEAD,
    "ticket,sale_id,product_id,user_id,quantity,amount_minor,amount,currency,status,reason," +
      "pay_by,created_at,updated_at,request_id,message_id\r\n",
  );
  assertEquals(
    csvLines([ORDER, { ...ORDER, reason: "by_buyer" }]),
    "7-3-ann-1000000001,7,3,ann,2,19805,198.05,EUR,unpaid,,2026-06-01T10:15:00.000Z," +
      "2026-06-01T10:00:00.000Z,2026-06-01T10:00:01.005Z,key,7-3-1000000001\r\n" +
      "7-3-ann-1000000001,7,3,ann,2,19805,198.05,EUR,unpaid,by_buyer,2026-06-01T10:15:00.000Z," +
      "2026-06-01T10:00:00.000Z,2026-06-01T10:00:01.005Z,key,7-3-1000000001\r\n",
  );
  assertEquals(csvLines([]), "");
});

Deno.test("csvLines() has as many digits behind the point as the currency", () => {
  const amount = (amount: number, currency: string) => cellsOf({ amount, currency }).amount;
  assertEquals(amount(5, "EUR"), "0.05");
  assertEquals(amount(0, "EUR"), "0.00");
  assertEquals(amount(1_250, "JPY"), "1250");
  assertEquals(amount(1_250, "KWD"), "1.250");
  assertEquals(amount(900_719_925_474_099, "EUR"), "9007199254740.99");
});

Deno.test("csvLines() lets no text be run as a formula", () => {
  for (const evil of ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0"]) {
    assertEquals(cellsOf({ requestId: evil }).request_id, `'${evil}`);
  }
  assertEquals(cellsOf({ userId: "-ann" }).user_id, "'-ann");
  assertEquals(cellsOf({ userId: "@ann" }).user_id, "'@ann");
  // Only the first character counts, and numbers are no text.
  assertEquals(cellsOf({ userId: "a=1" }).user_id, "a=1");
  assertEquals(csvLine(["\t=1", "\r=1", "\n=1", -1]), `'\t=1,"'\r=1","'\n=1",-1\r\n`);
});

Deno.test("csvLine() quotes by RFC 4180", () => {
  assertEquals(
    csvLine(['a"b', "a,b", "a\r\nb", " a", "", null, 7]),
    [
      '"a""b"',
      '"a,b"',
      '"a\r\nb"',
      '" a"',
      "",
      "",
      "7",
    ].join(",") + "\r\n",
  );
});
