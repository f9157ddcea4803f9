import { assertEquals, assertMatch } from "@std/assert";
import type { SandboxNotice, SandboxView } from "../../shared/internal_api.ts";
import { problem } from "../../shared/problem.ts";
import { type EdgeKit, startEdge } from "../testing/edge_kit.ts";

const VIEW: SandboxView = {
  ticket: "1-1-ann-1000000001",
  saleId: 1,
  paymentId: "sandbox-1-1-ann-1000000001",
  amount: 1_999,
  currency: "EUR",
  status: "unpaid",
  payBy: "2030-01-15T12:01:30.000Z",
  serverNow: "2030-01-15T12:00:00.000Z",
};

/** An edge whose origin has one sandbox payment; returns what the origin was told to do. */
function sandboxOf(kit: EdgeKit, view: SandboxView, notices: SandboxNotice[] = []): unknown[] {
  const told: unknown[] = [];
  kit.origin.other = async (request, path) => {
    if (path !== "/internal/sandbox/a.b") return problem("not_found");
    if (request.method === "GET") return Response.json(view);
    told.push(await request.json());
    return Response.json({ notices });
  };
  return told;
}

async function get(kit: EdgeKit, path: string) {
  const response = await kit.edge.app.request(path);
  return { response, html: await response.text() };
}

function press(kit: EdgeKit, action: string): Promise<Response> {
  const body = new URLSearchParams({ action });
  return Promise.resolve(kit.edge.app.request("/sandbox/pay/a.b", { method: "POST", body }));
}

function noticeOf(outcome: string): SandboxNotice {
  return { paymentId: `p-${outcome}`, amount: 1_999, currency: "EUR", outcome };
}

Deno.test("GET /sandbox/pay/{link} shows what is to be paid, without any script", async () => {
  await using kit = await startEdge();
  sandboxOf(kit, VIEW);
  const { response, html } = await get(kit, "/sandbox/pay/a.b");
  assertEquals(response.status, 200);
  assertMatch(html, /€19\.99[\s\S]*1-1-ann-1000000001[\s\S]*waits for your payment\. 1:30 left/);
  assertEquals([/<script|style=|onclick/i.test(html), /name="action" value="pay"/.test(html)], [
    false,
    true,
  ]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertMatch(response.headers.get("content-security-policy")!, /default-src 'none'/);
  assertEquals(response.headers.get("refresh"), null);
});

Deno.test("GET /sandbox/pay/{link}?late=1 looks again until the order has ended", async () => {
  await using kit = await startEdge();
  sandboxOf(kit, VIEW);
  const waiting = await get(kit, "/sandbox/pay/a.b?late=1");
  assertEquals(waiting.response.headers.get("refresh"), "3");
  assertEquals(waiting.html.includes('value="pay"'), false);
  sandboxOf(kit, { ...VIEW, status: "cancelled", payBy: null });
  const ended = await get(kit, "/sandbox/pay/a.b?late=1");
  assertEquals(ended.response.headers.get("refresh"), null);
  assertMatch(ended.html, /has ended[\s\S]*Pay all the same/);
});

Deno.test("GET /sandbox/pay/{link} of a link that was not made here is 404", async () => {
  await using kit = await startEdge();
  sandboxOf(kit, VIEW);
  assertEquals((await get(kit, "/sandbox/pay/x")).response.status, 404);
  kit.origin.away = () => Promise.reject(new Error("away"));
  assertEquals((await get(kit, "/sandbox/pay/a.b")).response.status, 503);
});

Deno.test("POST /sandbox/pay/{link} pays and goes back to the sale", async () => {
  await using kit = await startEdge();
  const told = sandboxOf(kit, { ...VIEW, status: "paid" }, [noticeOf("applied")]);
  const response = await press(kit, "pay");
  assertEquals([response.status, response.headers.get("location")], [303, "/sales/1"]);
  assertEquals(told, [{ action: "pay" }]);
});

Deno.test("POST /sandbox/pay/{link} tells what the shop said to everything else", async () => {
  await using kit = await startEdge();
  const cases = [
    ["pay", "refund_due", /the money goes back/],
    ["pay_twice", "applied", /is paid by it/],
    ["wrong_amount", "wrong_amount", /asks for another amount/],
    ["pay", "unavailable", /Try again/],
  ] as const;
  for (const [action, outcome, words] of cases) {
    sandboxOf(kit, VIEW, [noticeOf(outcome)]);
    const response = await press(kit, action);
    assertEquals(response.status, 200);
    assertMatch(await response.text(), words);
  }
  const odd = await press(kit, "steal");
  assertEquals([odd.status, odd.headers.get("location")], [303, "/sandbox/pay/a.b"]);
});

Deno.test("without DEMO there is no sandbox", async () => {
  await using kit = await startEdge({ config: { demo: false } });
  sandboxOf(kit, VIEW);
  assertEquals((await get(kit, "/sandbox/pay/a.b")).response.status, 404);
  assertEquals((await press(kit, "pay")).status, 404);
});
