import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { MAX_REQUEST_IDS_LENGTH, REQUEST_IDS_HEADER } from "../shared/identify_requests.ts";
import type { Log } from "../shared/log.ts";
import { REQUEST_ID_HEADER } from "../shared/request_id.ts";
import { type EdgeKit, startEdge } from "./testing/edge_kit.ts";
import { sampleSale } from "./testing/sample_sale.ts";

const MANY = 1_000_000_000;
const NO_LIMITS = { ratePerSecond: MANY, burst: MANY, userPerMinute: MANY, ipPerMinute: MANY };

/** An edge whose calls to its origin are kept. */
async function startSeen(log?: Log): Promise<{ kit: EdgeKit; calls: Request[] }> {
  const calls: Request[] = [];
  const kit = await startEdge({
    ...(log === undefined ? {} : { log }),
    origins: (origin) => [{
      url: origin.url,
      call(request) {
        calls.push(request);
        return origin.call(request);
      },
    }],
  });
  return { kit, calls };
}

async function idOf(response: Response | Promise<Response>): Promise<string> {
  const answer = await response;
  await answer.body?.cancel();
  return answer.headers.get(REQUEST_ID_HEADER) ?? "";
}

Deno.test("a buy is answered with the id of its batch and its place in it", async () => {
  const { kit, calls } = await startSeen();
  await using _ = kit;
  const requestId = await idOf(kit.buy({ token: await kit.signIn("ann"), key: "k1" }));
  assertMatch(requestId, /^[0-9A-Za-z]{8}-[0-9a-z]+-0$/);
  const batch = calls.findLast(({ url }) => url.endsWith("/internal/buys"))!;
  assertEquals(`${batch.headers.get(REQUEST_ID_HEADER)}-0`, requestId);
  assertEquals(batch.headers.get(REQUEST_IDS_HEADER), null);
});

Deno.test("a buyer's own id is returned and goes along with the batch, if it has the form", async () => {
  const { kit, calls } = await startSeen();
  await using _ = kit;
  const buy = async (given: string, userId: string) =>
    await idOf(kit.buy({
      token: await kit.signIn(userId),
      key: "k",
      headers: { [REQUEST_ID_HEADER]: given },
    }));
  assertEquals(await buy("given-by-ann", "ann"), "given-by-ann");
  const batch = calls.findLast(({ url }) => url.endsWith("/internal/buys"))!;
  assertEquals(batch.headers.get(REQUEST_IDS_HEADER), "given-by-ann");
  assertNotEquals(batch.headers.get(REQUEST_ID_HEADER), "given-by-ann");
  for (const bad of ["short", "with space in it", "x".repeat(65)]) {
    assertMatch(await buy(bad, `user-${bad.length}`), /^[0-9A-Za-z]{8}-[0-9a-z]+-0$/);
  }
});

Deno.test("a crowd with long ids of its own fills no header; who has no room gets a made one", async () => {
  const { kit, calls } = await startSeen();
  await using _ = kit;
  kit.origin.publish(sampleSale(1, { limits: NO_LIMITS }));
  await kit.refresh();
  const tokens = await Promise.all(Array.from({ length: 200 }, (_, at) => kit.signIn(`user${at}`)));
  const ids = await Promise.all(tokens.map((token, at) =>
    idOf(kit.buy({
      token,
      key: "k",
      headers: { [REQUEST_ID_HEADER]: `given-${at}-`.padEnd(64, "x") },
    }))
  ));
  assertEquals(new Set(ids).size, ids.length);
  const made = ids.filter((id) => !id.startsWith("given-"));
  const batches = calls.filter(({ url }) => url.endsWith("/internal/buys"));
  assert(batches.length < 200 && made.length > 0);
  for (const { headers } of batches) {
    assert((headers.get(REQUEST_IDS_HEADER) ?? "").length <= MAX_REQUEST_IDS_LENGTH);
  }
});

Deno.test("what the edge refuses alone has an id too, each its own", async () => {
  const { kit } = await startSeen();
  await using _ = kit;
  const ids = [
    await idOf(kit.buy({ key: "k1" })),
    await idOf(kit.buy({ key: "k1", saleId: 99 })),
    await idOf(kit.buy({ key: "k1", body: "not JSON" })),
  ];
  assertEquals(new Set(ids).size, 3);
  for (const id of ids) assertMatch(id, /^[0-9A-Za-z]{8}-[0-9a-z]+$/);
  const given = kit.buy({ key: "k1", headers: { [REQUEST_ID_HEADER]: "given-by-bob" } });
  assertEquals(await idOf(given), "given-by-bob");
});

Deno.test("every other answer of the API has an id, which its call to an origin carries", async () => {
  const { kit, calls } = await startSeen();
  await using _ = kit;
  const token = await kit.signIn("ann");
  const requestId = await idOf(kit.edge.app.request("/api/orders", {
    headers: { authorization: `Bearer ${token}` },
  }));
  assertMatch(requestId, /^[0-9A-Za-z]{8}-[0-9a-z]+$/);
  const call = calls.findLast(({ url }) => url.includes("/internal/orders"))!;
  assertEquals(call.headers.get(REQUEST_ID_HEADER), requestId);
  for (const path of ["/api/sales", "/api/nothing", "/api/session"]) {
    assertMatch(await idOf(kit.edge.app.request(path)), /^[0-9A-Za-z]{8}-[0-9a-z]+$/, path);
  }
});

Deno.test("an unexpected error is told once, with its stack and the id of its answer", async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (text: string, values = {}) => void lines.push({ text, ...values });
  const isEnabledFor = () => false;
  const log = { error: write, warning: write, info: write, debug: write, isEnabledFor };
  const { kit } = await startSeen(log as unknown as Log);
  await using _ = kit;
  const fail = () => {
    throw new TypeError("nobody thought of that");
  };
  kit.edge.app.get("/api/fails", fail);
  kit.edge.app.get("/session/fails", fail);
  lines.length = 0;
  for (const [path, given] of [["/api/fails", "given-by-ann"], ["/session/fails", null]] as const) {
    const response = await kit.edge.app.request(path, {
      headers: given === null ? {} : { [REQUEST_ID_HEADER]: given },
    });
    assertEquals([response.status, (await response.json()).code], [500, "internal"]);
    const told = lines.splice(0);
    assertEquals(told.length, 1);
    assertEquals(told[0]!.requestId, response.headers.get(REQUEST_ID_HEADER));
    if (given !== null) assertEquals(told[0]!.requestId, given);
    assertMatch(String(told[0]!.error), /nobody thought of that\n\s+at /);
    // The same text again would be silent for a second.
    await kit.timers.advance(1_500);
  }
  const metrics = await (await kit.edge.app.request("/metrics")).text();
  assertMatch(metrics, /^dropgate_edge_failed_requests_total 2$/m);
  assertMatch(metrics, /^dropgate_edge_api_requests_total\{status="5xx"\} 1$/m);
});
