import { assert, assertEquals } from "@std/assert";
import { TestShop } from "../e2e/shop.ts";
import { startSystem, waitFor } from "../e2e/system.ts";

Deno.test("on the embedded profile the edge tells the figures of all, and one id goes through all", async () => {
  const system = await startSystem("embedded");
  try {
    const shop = new TestShop(system);
    const sale = await shop.openSale(3);
    const token = await shop.signIn("ann");
    const bought = await shop.buy(sale, token, { key: "k" });
    await shop.writtenOrder(bought.body.ticket, token);
    await shop.admin("GET", "/sales");

    const text = await (await fetch(`${system.edgeUrl}/metrics`)).text();
    const lines = text.split("\n");
    for (
      const line of [
        'dropgate_edge_buys_total{outcome="reserved"} 1',
        "dropgate_edge_buy_duration_seconds_count 1",
        'dropgate_origin_buys_total{outcome="reserved"} 1',
        "dropgate_worker_orders_total 1",
        'dropgate_metrics_source_up{source="store"} 1',
        "dropgate_messages_parked 0",
      ]
    ) {
      assert(lines.includes(line), line);
    }
    for (const thread of ["main", "store"]) {
      assert(text.includes(`dropgate_event_loop_delay_max_seconds{thread="${thread}"}`), thread);
    }
    // One family for each name, and every family is told of before its first figure.
    const types = lines.filter((line) => line.startsWith("# TYPE ")).map((line) =>
      line.split(" ")[2]
    );
    assertEquals(new Set(types).size, types.length);
    const ofOrigin = await (await fetch(`${system.originUrl}/metrics`)).text();
    assert(ofOrigin.includes("dropgate_origin_buys_total"));

    const batch = (bought.headers.get("x-request-id") ?? "").replace(/-0$/, "");
    const told = await waitFor("the lines of the buy", () => {
      const found = system.output().split("\n").filter((line) => line.endsWith(`(${batch})`));
      return Promise.resolve(found.length >= 3 ? found : null);
    });
    const parts = told.map((line) => /^\S+ info (\w+):/.exec(line)?.[1]).sort();
    assertEquals(parts, ["edge", "origin", "store"]);
    console.log(`${types.length} metrics, ${lines.length} lines`);
  } finally {
    await system.stop();
  }
});
