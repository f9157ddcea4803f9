import { assertEquals, assertStringIncludes } from "@std/assert";
import { buyResponse, notStartedParts } from "./answers.ts";

Deno.test("buyResponse() tells a barred buyer why the account is blocked", async () => {
  const response = buyResponse({ outcome: "blocked" }, () => ({
    startsAt: 0,
    nowMs: 0,
    fraction: 0,
  }));
  const body = await response.json();
  assertEquals([response.status, body.code], [403, "blocked"]);
  assertStringIncludes(body.detail, "expired too often");
});

/** What a program is told to wait, s and ms, `restMs` before the start. */
function waitOf(restMs: number, fraction: number): [number, number] {
  const { extra, headers } = notStartedParts({
    startsAt: 50_000 + restMs,
    nowMs: 50_000,
    fraction,
  });
  return [Number(headers["retry-after"]), Number(extra.retryAfterMs)];
}

Deno.test("notStartedParts() sends nobody back before the start, nor all at once", () => {
  assertEquals(waitOf(90_500, 0), [91, 90_500]);
  assertEquals(waitOf(90_500, 0.999), [93, 92_498]);
  assertEquals(waitOf(1_000, 0), [1, 1_000]);
  assertEquals(waitOf(1_000, 0.5), [2, 1_050]);
  assertEquals(waitOf(5, 0), [1, 5]);
  assertEquals(waitOf(-20, 0.5), [1, 1], "the origin's clock is behind");
  const waits: number[] = [];
  for (let at = 0; at < 1_000; at += 1) {
    for (const restMs of [1, 999, 5_000, 60_000, 86_400_000]) {
      const [seconds, ms] = waitOf(restMs, at / 1_000);
      assertEquals(seconds * 1_000 >= restMs && ms >= restMs, true, "never before");
      assertEquals(ms <= restMs + Math.min(2_000, restMs / 10) + 1, true, "hardly after");
      if (restMs === 60_000) waits.push(ms);
    }
  }
  const perTenth = Map.groupBy(waits, (ms) => Math.floor(ms / 100));
  assertEquals(Math.max(...[...perTenth.values()].map((one) => one.length)) <= 51, true);
});

Deno.test("notStartedParts() keeps the times exact", () => {
  const { extra } = notStartedParts({ startsAt: 1_000, nowMs: 1, fraction: 0.7 });
  assertEquals([extra.startsAt, extra.serverNow], [
    "1970-01-01T00:00:01.000Z",
    "1970-01-01T00:00:00.001Z",
  ]);
});
