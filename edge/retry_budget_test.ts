import { assertEquals } from "@std/assert";
import { RetryBudget } from "./retry_budget.ts";
import { FakeTimers } from "./testing/fake_timers.ts";

function makeBudget() {
  const timers = new FakeTimers(1_700_000_000_123);
  const budget = new RetryBudget(timers.clock);
  const call = (times: number) => {
    for (let i = 0; i < times; i += 1) budget.addCall();
  };
  /** How many of `times` second tries are allowed. */
  const retry = (times: number) => {
    let allowed = 0;
    for (let i = 0; i < times; i += 1) if (budget.take()) allowed += 1;
    return allowed;
  };
  return { timers, budget, call, retry };
}

Deno.test("RetryBudget allows a lone second try, and one a second without any load", async () => {
  const { budget, retry, timers } = makeBudget();
  assertEquals(retry(1), 1);
  assertEquals(retry(100), 9);
  assertEquals(budget.counts, { retries: 10, refused: 91 });
  await timers.advance(11_000);
  assertEquals(retry(100), 10);
});

Deno.test("RetryBudget allows one second try in ten first ones under load", () => {
  const { call, retry } = makeBudget();
  call(5_000);
  assertEquals(retry(5_000), 500);
  call(1_000);
  assertEquals(retry(5_000), 100);
});

Deno.test("RetryBudget slides: what is older than ten seconds counts no more", async () => {
  const { call, retry, timers } = makeBudget();
  call(1_000);
  assertEquals(retry(1_000), 100);
  await timers.advance(5_000);
  call(1_000);
  assertEquals(retry(1_000), 100);
  await timers.advance(5_000);
  // The first thousand calls and their hundred second tries are gone together.
  assertEquals(retry(1_000), 0);
  call(100);
  assertEquals(retry(1_000), 10);
  await timers.advance(60_000);
  assertEquals(retry(1_000), 10);
});

Deno.test("RetryBudget begins anew when the clock is set back", () => {
  const { call, retry, timers } = makeBudget();
  call(1_000);
  timers.nowMs -= 3_600_000;
  assertEquals(retry(1_000), 10);
  call(1_000);
  assertEquals(retry(1_000), 90);
});
