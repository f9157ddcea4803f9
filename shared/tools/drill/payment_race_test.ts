import { assertEquals } from "@std/assert";
import { isFair } from "./payment_race.ts";

Deno.test("isFair() takes money only for a paid order, or on its way back", () => {
  const end = (status: string, state: string | null) =>
    isFair({ status, state, reason: null, races: 1 });
  assertEquals(end("paid", "applied"), true);
  assertEquals(end("refund_due", "refund_due"), true);
  assertEquals(end("refunded", "refunded"), true);
  assertEquals(end("paid", "refund_due"), false);
  assertEquals(end("cancelled", "stored"), false);
  assertEquals(end("cancelled", "refund_due"), false);
  assertEquals(end("unpaid", null), false);
});
