import { assert, assertEquals, assertMatch } from "@std/assert";
import { createConnection } from "mysql2/promise";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "../e2e/own_database.ts";
import { call, type TestSale, TestShop } from "../e2e/shop.ts";
import { startSystem, type TestSystem, waitFor } from "../e2e/system.ts";
import { type CollectedSpan, startTraceCollector, type TraceCollector } from "./trace_collector.ts";

/** What the shop's own front gave a request as its id. */
const GIVEN_ID = "from-the-shop_0123456789";

type LogLine = Record<string, unknown> & { part: string; message: string };

/** The JSON lines that the processes of a system wrote, each with the part that wrote it. */
function linesOf(system: TestSystem): LogLine[] {
  return system.output().split("\n").flatMap((line) => {
    const [, part, text] = /^\[(edge|origin|worker)\] (\{.*\})$/.exec(line) ?? [];
    return text === undefined ? [] : [{ part, ...JSON.parse(text) } as LogLine];
  });
}

/** The lines of one request: of its batch, or with its own id among those of its batch. */
function linesOfRequest(system: TestSystem, requestId: string): LogLine[] {
  const batch = requestId.replace(/-\d+$/, "");
  return linesOf(system).filter((line) =>
    line.requestId === batch ||
    (Array.isArray(line.requestIds) && line.requestIds.includes(requestId))
  );
}

async function buy(shop: TestShop, sale: TestSale, userId: string, requestId?: string) {
  const url = `${shop.system.edgeUrl}/api/sales/${sale.saleId}/buy`;
  return await call("POST", url, {
    token: await shop.signIn(userId),
    body: { productId: sale.productId },
    ...(requestId === undefined ? {} : { headers: { "x-request-id": requestId } }),
  });
}

Deno.test("a buy can be followed from edge to worker, by its id and by its trace", async (t) => {
  const collector = startTraceCollector();
  await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
    const system = await startSystem("services", {
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: uniqueName("follow"),
      LOG_LEVEL: "debug",
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_TRACES_SAMPLER: "always_on",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    });
    try {
      const shop = new TestShop(system);
      const sale = await shop.openSale(10);
      await t.step("one trace holds edge, origin and worker", () => traced(shop, sale, collector));
      await refuseEveryOrderOf("poison", mysqlUrl);
      await t.step(
        "an order that cannot be written is followed by the id that it was answered with",
        () => parked(system, shop, sale, undefined),
      );
      await t.step(
        "and by the id that its caller gave",
        () => parked(system, shop, sale, GIVEN_ID),
      );
      await t.step(
        "operators' changes are in the audit log by the id of their answer",
        () => audited(system, shop, sale),
      );
      await t.step("no line holds a secret", () => keepsSecrets(system));
    } finally {
      await system.stop();
      await collector.stop();
    }
  });
});

async function traced(shop: TestShop, sale: TestSale, collector: TraceCollector) {
  const { status } = await buy(shop, sale, "ann");
  assertEquals(status, 201);
  const ofBuy = ({ kind, attributes }: CollectedSpan) =>
    kind === 2 && /\/buy$/.test(attributes["url.path"] ?? "");
  const spans = await waitFor("the spans of a buy", () => {
    const first = collector.spans.find(ofBuy);
    const found = collector.spans.filter(({ traceId }) => traceId === first?.traceId);
    // Each process sends its spans in its own time: the worker's may be there before the others'.
    const whole = first !== undefined && wayBack(found).includes(first);
    return Promise.resolve(whole ? found : null);
  });
  const way = wayBack(spans).map(({ service, name }) =>
    `${service.replace("dropgate-", "")} ${name}`
  );
  // The last before the edge's are the runtime's own: a call, and its other side.
  assertEquals(way, [
    "edge POST",
    "edge buy batch",
    "edge POST",
    "origin POST",
    "origin decide batch",
    "origin publish batch",
    "worker record message",
    "worker record transaction",
  ]);
  assert(spans.some(({ name }) => name === "ledger reserve"));
  console.log(`one trace of ${spans.length} spans: ${way.join(" → ")}`);
}

/** The spans from the writing of a message back to where its trace begins, the first one first. */
function wayBack(spans: CollectedSpan[]): CollectedSpan[] {
  const way: CollectedSpan[] = [];
  let span = spans.find(({ name }) => name === "record transaction");
  while (span) {
    way.unshift(span);
    const { parentSpanId } = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return way;
}

/** Lets the database refuse every live order of a user. */
async function refuseEveryOrderOf(userId: string, mysqlUrl: string): Promise<void> {
  const connection = await createConnection({ uri: mysqlUrl, connectTimeout: 5_000 });
  try {
    await connection.query(
      `ALTER TABLE orders ADD CONSTRAINT no_${userId} ` +
        `CHECK (NOT (user_id LIKE '${userId}%' AND live = 1))`,
    );
  } finally {
    await connection.end();
  }
}

async function parked(system: TestSystem, shop: TestShop, sale: TestSale, givenId?: string) {
  const userId = givenId === undefined ? "poison-1" : "poison-2";
  const { status, body, headers } = await buy(shop, sale, userId, givenId);
  assertEquals(status, 201);
  const requestId = headers.get("x-request-id") ?? "";
  if (givenId === undefined) assertMatch(requestId, /^[A-Za-z0-9]{8}-[0-9a-z]+-0$/);
  else assertEquals(requestId, givenId);
  const lines = await waitFor("the line of the parked ticket", () => {
    const found = linesOfRequest(system, requestId);
    return Promise.resolve(found.some(({ level }) => level === "error") ? found : null);
  });
  const wrong = lines.filter(({ level }) => level === "error");
  assertEquals(wrong.length, 1);
  assertEquals([wrong[0]!.part, wrong[0]!.parked, wrong[0]!.alarm], ["worker", body.ticket, true]);
  assertEquals([...new Set(lines.map(({ part }) => part))].sort(), ["edge", "origin", "worker"]);
  console.log(lines.map(({ part, level, message }) => `${part} ${level}: ${message}`).join("\n"));
}

async function audited(system: TestSystem, shop: TestShop, { saleId }: TestSale) {
  const url = `${system.originUrl}/admin/api/sales/${saleId}/pause`;
  const given = await call("POST", url, {
    token: system.adminToken,
    headers: { "x-request-id": "console-42-abc" },
  });
  assertEquals(given.headers.get("x-request-id"), "console-42-abc");
  const made = await shop.admin("POST", `/sales/${saleId}/resume`);
  const { body } = await shop.admin("GET", "/audit?per=10");
  const ids = body.items.map(({ requestId }: { requestId: string }) => requestId);
  assert(ids.includes("console-42-abc"), JSON.stringify(ids));
  assert(ids.includes(made.headers.get("x-request-id")), JSON.stringify(ids));
}

function keepsSecrets(system: TestSystem): void {
  const text = linesOf(system).map((line) => JSON.stringify(line)).join("\n");
  const passwords = ["REDIS_URL", "AMQP_URL", "MYSQL_URL"] as const;
  const secrets = passwords.map((name) => new URL(serviceFor(name)).password).concat(
    system.adminToken,
  );
  for (const secret of secrets.filter((one) => one !== "")) assert(!text.includes(secret));
}
