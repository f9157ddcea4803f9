import { assertEquals, assertStringIncludes } from "@std/assert";
import { buyResponse } from "./answers.ts";

Deno.test("buyResponse() tells a barred buyer why the account is blocked", async () => {
  const response = buyResponse({ outcome: "blocked" }, () => ({ startsAt: 0, nowMs: 0 }));
  const body = await response.json();
  assertEquals([response.status, body.code], [403, "blocked"]);
  assertStringIncludes(body.detail, "expired too often");
});
