import { assertEquals, assertMatch } from "@std/assert";
import { good } from "./readiness.ts";
import { filterOf, NOW, ReadySystem, saleOf, server } from "./testing/ready_system.ts";

Deno.test("items_open: an item that no worker has opened is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("items_open")).detail, "2 items are open");
  system.open = false;
  const { ok, detail, advice } = await system.line("items_open");
  assertEquals([ok, detail], [false, "Not open yet: 7-11, 7-12"]);
  assertMatch(advice!, /worker/);
});

Deno.test("ledger_stock: a ledger that is away, closed, or has too much is red", async () => {
  const system = new ReadySystem();
  const line = async (left: (number | null)[]) => {
    system.left = left;
    return await system.line("ledger_stock");
  };
  assertEquals((await line([5, -1])).ok, true);
  assertEquals((await line([2, -1])).ok, true, "buys are on their way");
  assertMatch((await line([6, -1])).detail, /7-11 has 6 left and should have 5/);
  assertMatch((await line([5, 4])).detail, /7-12 has 4 left and should be unlimited/);
  assertMatch((await line([null, -1])).detail, /The ledger of 7-11 is closed/);
  assertEquals(system.waits.length, 6, "what differs is looked at three times");
  system.ledgerUp = false;
  assertEquals((await system.line("ledger_stock")).detail, "The ledger is away");
});

Deno.test("ledger_server and database: what the probes find", async () => {
  const system = new ReadySystem();
  const wrong = { ok: false, detail: "allkeys-lru", advice: "set noeviction" };
  assertEquals((await system.line("ledger_server")).detail, "Redis 7.2.4");
  system.ledgerServer = server("Redis", wrong, 0);
  assertEquals(await system.line("ledger_server"), { name: "ledger_server", ...wrong });
  assertEquals((await system.line("database")).ok, true);
  system.database = server("MySQL", wrong, 0);
  assertEquals(await system.line("database"), { name: "database", ...wrong });
});

Deno.test("queue: away, without a worker, or a backlog that nobody shortens is red", async () => {
  const system = new ReadySystem();
  const line = async (...depths: [ready: number, consumers: number][]) => {
    system.depths = depths.map(([ready, consumers]) => ({ ready, consumers }));
    return await system.line("queue");
  };
  assertEquals((await line([0, 1])).detail, "0 messages wait for 1 consumer");
  assertEquals((await line([50, 2])).ok, true, "a few are always on their way");
  assertEquals((await line([900, 2], [899, 2])).ok, true, "it gets shorter");
  const stuck = await line([900, 2]);
  assertEquals([stuck.ok, stuck.detail], [false, "900 messages wait for 2 consumers"]);
  assertEquals((await line([900, 2], [950, 2], [940, 2])).ok, false, "it grew on the whole");
  assertMatch((await line([0, 0])).advice!, /Start a worker/);
  system.queueUp = false;
  assertEquals((await system.line("queue")).detail, "The queue is away");
});

Deno.test("origin: one that has not read the sale is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("origin")).ok, true);
  system.known = false;
  assertEquals((await system.line("origin")).ok, false);
});

Deno.test("edges: none, one that is not ready, or one with older prices is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("edges")).detail, "2 edges show the sale as it is now");
  system.changeEdges({ salesVersion: 40 });
  assertMatch((await system.line("edges")).detail, /2 of 2 edges show older prices/);
  system.onDelay = () => system.changeEdges({ salesVersion: 42 });
  assertEquals((await system.line("edges")).ok, true, "they caught up");
  system.onDelay = () => {};
  system.changeEdges({ ready: false });
  assertMatch((await system.line("edges")).detail, /2 of 2 edges are not ready/);
  system.changeEdges({ ready: true });
  system.now = NOW + 5_001;
  const silent = await system.line("edges");
  assertEquals([silent.ok, silent.detail], [false, "No edge has reported within 5 s"]);
  assertMatch(silent.advice!, /EDGE_KEY/);
  const [first] = system.reports;
  system.now = NOW;
  system.reports = [];
  assertEquals((await system.line("edges")).ok, false);
  system.onDelay = () => system.reports = [first!];
  system.changeEdges({});
  assertEquals((await system.line("edges")).ok, true, "one has just started");
});

Deno.test("edges: a draft needs edges, but no version of theirs", async () => {
  const system = new ReadySystem();
  system.sale = saleOf({ status: "draft" });
  system.changeEdges({ salesVersion: 3 });
  assertEquals((await system.line("edges")).detail, "2 edges are ready");
});

Deno.test("products: a filter that lacks one, here or on an edge, is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("products")).ok, true);
  system.changeEdges({ products: { version: "1-11", count: 1 } });
  assertMatch((await system.line("products")).detail, /2 of 2 edges have another filter/);
  system.filter = filterOf([11]);
  assertMatch((await system.line("products")).detail, /lacks product 12/);
  system.filter = null;
  assertEquals((await system.line("products")).ok, false);
  const tooMany = { version: "too many", bits: "", hashes: 0 };
  const productIds = { refresh: () => Promise.resolve(), current: () => tooMany };
  assertEquals((await system.line("products", { productIds })).ok, true);
});

Deno.test("products: a filter of another origin that is up to date is as good", async () => {
  const system = new ReadySystem();
  // An origin that knows a product that was deleted since names its filter otherwise.
  const products = { version: "3-12", count: 3 };
  system.changeEdges({ products });
  assertMatch((await system.line("products")).detail, /2 of 2 edges have another filter/);
  const other = system.taken({ processId: "o2", kind: "origin", products });
  system.reports.push(other);
  assertEquals((await system.line("products")).ok, true);
  other.report.salesVersion -= 1;
  assertEquals((await system.line("products")).ok, false, "it may lack a new product");
});

Deno.test("a process that stopped in order is not missed", async () => {
  const system = new ReadySystem();
  for (const kind of ["edge", "origin", "worker"] as const) {
    const changes = { ready: false, salesVersion: 40, ending: true } as const;
    system.reports.push(system.taken({ processId: `gone-${kind}`, kind, ...changes }));
  }
  assertEquals((await system.line("edges")).detail, "2 edges show the sale as it is now");
  assertEquals((await system.line("products")).ok, true);
  assertEquals((await system.line("processes")).detail, "1 origin, 1 worker");
  await system.desk().awaitEdges();
  assertEquals(system.waits, [], "nobody waits for it");
});

Deno.test("processes: an origin or a worker that is not ready is red", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("processes")).detail, "1 origin, 1 worker");
  system.reports.push(system.taken({ processId: "w2", kind: "worker", ready: false }));
  const line = await system.line("processes");
  assertEquals([line.ok, line.detail], [false, "1 origin, 2 workers; 1 not ready"]);
  assertMatch(line.advice!, /worker/);
});

Deno.test("payment: what the gateway says; one that cannot be asked is told", async () => {
  const system = new ReadySystem();
  assertEquals((await system.line("payment")).ok, true);
  system.payment = () => Promise.resolve({ ok: false, detail: "401", advice: "Set the key." });
  assertEquals((await system.line("payment")).advice, "Set the key.");
  system.payment = () => Promise.reject(new Error("ETIMEDOUT"));
  assertEquals((await system.line("payment")).ok, false);
  system.payment = null;
  const none = await system.line("payment");
  assertEquals([none.ok, none.advice !== null], [true, true]);
  assertEquals(good("x").advice, null);
});

Deno.test("webhook: red while deliveries fail; none is fine, and what was given up is told", async () => {
  const system = new ReadySystem();
  assertEquals(await system.line("webhook"), {
    name: "webhook",
    ok: true,
    detail: "The shop is told at https://shop.example/dropgate",
    advice: null,
  });
  const { webhook } = system;
  system.webhook = { ...webhook, failed: 2 };
  assertMatch((await system.line("webhook")).advice!, /2 deliveries were given up/);
  system.webhook = { ...webhook, attempts: 3, lastError: "503" };
  const failing = await system.line("webhook");
  assertEquals(failing.ok, false);
  assertMatch(failing.detail, /3 tries failed at https:.*: 503/);
  system.webhook = { ...webhook, url: null, attempts: 3 };
  assertEquals((await system.line("webhook")).ok, true);
});
