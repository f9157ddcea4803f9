import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseError } from "../database/database.ts";
import { CHECKS } from "./readiness_desk.ts";
import { ReadinessDesk } from "./readiness_desk.ts";
import { bad, good } from "./readiness.ts";
import { NOW, ReadySystem, saleOf } from "./testing/ready_system.ts";

Deno.test("check() is ready when every line is green", async () => {
  const system = new ReadySystem();
  const found = await system.desk().check(system.sale);
  assertEquals(found.checks.filter(({ ok }) => !ok), []);
  assertEquals([found.saleId, found.status, found.ready, found.checkedAt], [
    7,
    "published",
    true,
    NOW,
  ]);
  assertEquals(found.checks.map(({ name }) => name), CHECKS.map(({ name }) => name));
  assertEquals(system.waits, []);
});

Deno.test("check() leaves out of a draft what only a published sale has", async () => {
  const system = new ReadySystem();
  system.sale = saleOf({ status: "draft" });
  system.open = false;
  system.known = false;
  const found = await system.desk().check(system.sale);
  const published = CHECKS.filter((check) => !check.appliesTo(system.sale)).map(({ name }) => name);
  assertEquals(published, ["items_open", "ledger_stock", "origin"]);
  assertEquals([found.ready, found.checks.length], [true, CHECKS.length - published.length]);
});

Deno.test("check() makes a red line of what throws or hangs, and waits for no other", async () => {
  const never = new Promise<never>(() => {});
  const checks = [
    { name: "fine", look: () => good("fine") },
    { name: "broken", look: () => Promise.reject(new Error("ECONNREFUSED")) },
    {
      name: "thrown",
      look: () => {
        throw new TypeError("no such thing");
      },
    },
    { name: "hung", look: () => never },
  ].map((check) => ({ ...check, appliesTo: () => true, advice: `mend ${check.name}` }));
  const system = new ReadySystem();
  const beganAt = performance.now();
  const found = await new ReadinessDesk(system.parts(), checks).check(system.sale);
  assert(performance.now() - beganAt < 20_000);
  assertEquals(found.ready, false);
  assertEquals(found.checks.map(({ ok, advice }) => [ok, advice]), [
    [true, null],
    [false, "mend broken"],
    [false, "mend thrown"],
    [false, "mend hung"],
  ]);
  assertEquals(found.checks[1]!.detail, "It does not answer: ECONNREFUSED");
  assertMatch(found.checks[3]!.detail, /after 2000 ms/);
});

Deno.test("with everything away every line that looks there is red, and nothing throws", async () => {
  const system = new ReadySystem();
  const away = () => Promise.reject(new DatabaseError("unavailable", "ECONNRESET"));
  system.ledgerUp = system.queueUp = false;
  const found = await system.desk({
    catalog: { getSale: away, getProduct: away, version: away },
    book: { readItems: away },
    probes: { ledger: away, database: away },
    reports: { list: away },
    gateway: { check: away },
    webhook: { status: away },
  }).check(system.sale);
  const red = found.checks.filter(({ ok }) => !ok);
  assertEquals(red.map(({ name }) => name), [
    "prices",
    "items_open",
    "ledger_stock",
    "ledger_server",
    "database",
    "queue",
    "edges",
    "products",
    "processes",
    "clocks",
    "payment",
    "webhook",
  ]);
  for (const { name, advice } of red) assert(advice, `${name} has no advice`);
});

Deno.test("findSale() falls back on what this origin knows while the database is away", async () => {
  const system = new ReadySystem();
  const away = () => Promise.reject(new DatabaseError("unavailable", "ECONNRESET"));
  const catalog = { getSale: away, getProduct: away, version: away };
  assertEquals(await system.desk({ catalog }).findSale(7), system.sale);
  await assertRejects(() => system.desk({ catalog }).findSale(8), DatabaseError);
  assertEquals(await system.desk().findSale(7), system.sale);
});

Deno.test("watchStarts() looks at published sales of the next quarter of an hour", async () => {
  const system = new ReadySystem();
  const desk = system.desk();
  await desk.watchStarts();
  assertEquals(desk.automatic(7), null, "it starts in an hour");
  system.now = system.sale.startsAt - 15 * 60_000;
  await desk.watchStarts();
  assertEquals(desk.automatic(7)?.checkedAt, system.now);
  assertEquals(desk.automatic(8), null);
  system.queueUp = false;
  system.now += 60_000;
  await desk.watchStarts();
  const found = desk.automatic(7)!;
  const red = found.checks.filter(({ ok }) => !ok).map(({ name }) => name);
  assertEquals([found.ready, found.checkedAt], [false, system.now]);
  assert(red.includes("queue"), `${red}`);
  system.now = system.sale.startsAt;
  await desk.watchStarts();
  assertEquals(desk.automatic(7), null, "it has started");
  system.now -= 60_000;
  system.sale = saleOf({ status: "closed" });
  await desk.watchStarts();
  assertEquals(desk.automatic(7), null, "it is closed");
});

Deno.test("watchStarts() raises an alarm for every red line", async () => {
  const system = new ReadySystem();
  const told: Record<string, unknown>[] = [];
  const log = new Proxy(system.parts().log, {
    get: (target, name) =>
      name === "warning"
        ? (_: string, fields: Record<string, unknown>) => told.push(fields)
        : Reflect.get(target, name),
  });
  system.now = system.sale.startsAt - 60_000;
  const checks = [
    { name: "a", look: () => bad("broken", "mend it") },
    { name: "b", look: () => good("fine") },
    { name: "c", look: () => bad("gone", "find it") },
  ].map((check) => ({ ...check, appliesTo: () => true, advice: "" }));
  await new ReadinessDesk(system.parts({ log }), checks).watchStarts();
  assertEquals(told, [
    { saleId: 7, check: "a", detail: "broken", advice: "mend it", alarm: true },
    { saleId: 7, check: "c", detail: "gone", advice: "find it", alarm: true },
  ]);
});

Deno.test("awaitEdges() waits until edges have what was published, for three seconds", async () => {
  const system = new ReadySystem();
  await system.desk().awaitEdges();
  assertEquals(system.waits, []);
  system.changeEdges({ salesVersion: 40 });
  await system.desk().awaitEdges();
  assertEquals(system.waits.reduce((sum, ms) => sum + ms, 0), 3_000);
  system.waits.length = 0;
  system.onDelay = () => {
    if (system.waits.length === 2) system.changeEdges({ salesVersion: 41 });
  };
  await system.desk().awaitEdges();
  assertEquals(system.waits.length, 2);
  system.reports = [];
  await system.desk().awaitEdges();
  assertEquals(system.waits.length, 2, "nobody waits where there is no edge");
});
