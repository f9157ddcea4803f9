import { assert, assertEquals } from "@std/assert";
import { poll } from "../services/poll.ts";
import { underLoad, withSystem } from "./launched_shop.ts";

/** The orders of a killed worker are written this long after its restart at the latest. */
const WRITTEN_WITHIN_MS = 10_000;

/** With another worker there, nothing waits for a restart. */
const TAKEOVER_MS = 5_000;

Deno.test("the orders of a worker that was killed are written soon after its restart", async () => {
  await withSystem({ edge: 1, origin: 1, worker: 1 }, {}, async (launched) => {
    const { system } = launched;
    const worker = system.parts.find((part) => part.kind === "worker");
    assert(worker);
    let readyAt = 0;
    await underLoad(launched, async (load) => {
      await poll("some buys", () => load.result.reserved > 50 || null, { timeoutMs: 20_000 });
      worker.signal("SIGKILL");
      await poll("a restart", () => worker.restarts === 1 || null, { timeoutMs: 20_000 });
      await worker.waitReady(20_000);
      readyAt = performance.now();
    });
    // `underLoad` returns when every reservation has its order.
    const tookMs = performance.now() - readyAt;
    assert(tookMs < WRITTEN_WITHIN_MS, `${tookMs} ms`);
  });
});

Deno.test("another worker goes on at once when the one that records is killed", async () => {
  await withSystem({ edge: 1, origin: 1, worker: 2 }, {}, async (launched) => {
    const { system, shop } = launched;
    const sale = await shop.openSale(1_000);
    const workers = system.parts.filter((part) => part.kind === "worker");
    // One of the two records the orders of this item: it is killed the first or the second time.
    for (const worker of workers) {
      worker.signal("SIGKILL");
      const killedAt = performance.now();
      const token = await shop.signIn(worker.name);
      const bought = await shop.buy(sale, token);
      assertEquals(bought.status, 201);
      assertEquals((await shop.writtenOrder(bought.body.ticket, token)).body.status, "unpaid");
      const tookMs = Math.round(performance.now() - killedAt);
      assert(tookMs < TAKEOVER_MS, `${tookMs} ms`);
      await poll("a restart", () => worker.restarts === 1 || null, { timeoutMs: 20_000 });
      await worker.waitReady(20_000);
    }
  });
});
