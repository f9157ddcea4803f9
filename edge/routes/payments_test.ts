import { assertEquals, assertMatch } from "@std/assert";
import { parseCidr } from "../../shared/ip.ts";
import { problem } from "../../shared/problem.ts";
import { TrustedProxies } from "../gate/client_address.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { MAX_NOTICE_BYTES, providerHeaders } from "./payments.ts";

const TICKET = "1-1-ann-1000000001";

/** A request as the origin got it. */
interface Seen {
  path: string;
  headers: Headers;
  bytes: Uint8Array;
  text: string;
}

/** Lets the origin answer what it does not know, and keeps what it was asked. */
function answerWith(kit: EdgeKit, answer: () => Response): Seen[] {
  const seen: Seen[] = [];
  kit.origin.other = async (request, path) => {
    const bytes = await request.bytes();
    const text = new TextDecoder().decode(bytes);
    seen.push({ path, headers: request.headers, bytes, text });
    return answer();
  };
  return seen;
}

function post(kit: EdgeKit, path: string, init: RequestInit = {}): Promise<Response> {
  return Promise.resolve(kit.edge.app.request(path, { method: "POST", ...init }));
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("POST /api/payments/webhook hands body and headers on, byte for byte", async () => {
  await using kit = await startEdge();
  const seen = answerWith(kit, () => Response.json({ outcome: "applied" }));
  const body = new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x7b]);
  const headers = {
    "dropgate-signature": "t=1,v1=ab,v1=cd",
    "stripe-signature": "other",
    "content-type": "application/json; charset=x",
    cookie: "dropgate_session=x",
    authorization: "Bearer x",
    "dropgate-edge-key": "guessed",
  };
  const response = await post(kit, "/api/payments/webhook", { body, headers });
  assertEquals([response.status, await response.json()], [200, { outcome: "applied" }]);
  const [asked] = seen;
  assertEquals(asked?.path, "/internal/payments/webhook");
  assertEquals(asked?.bytes, body);
  const got = (name: string) => asked?.headers.get(name) ?? null;
  assertEquals(["dropgate-signature", "stripe-signature", "content-type"].map(got), [
    "t=1,v1=ab,v1=cd",
    "other",
    "application/json; charset=x",
  ]);
  assertEquals(["cookie", "authorization"].map(got), [null, "Bearer x"]);
});

Deno.test("providerHeaders() lets nobody speak as an edge or as part of it", () => {
  const passed = providerHeaders(
    new Headers({
      "dropgate-edge-key": "x",
      "dropgate-anything": "x",
      host: "x",
      "content-length": "5",
      "x-request-id": "1",
    }),
  );
  assertEquals([...passed.keys()], ["x-request-id"]);
});

Deno.test("POST /api/payments/webhook answers as the origin did", async () => {
  await using kit = await startEdge();
  const codes = [
    ["invalid", 400],
    ["unauthenticated", 401],
    ["not_found", 404],
    ["wrong_amount", 422],
    ["unavailable", 503],
  ] as const;
  for (const [code, status] of codes) {
    answerWith(kit, () => problem(code));
    const response = await post(kit, "/api/payments/webhook", { body: "{}" });
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(await gist(response), `${status} ${code}`);
  }
  answerWith(kit, () => new Response("odd", { status: 302 }));
  assertEquals(await gist(post(kit, "/api/payments/webhook", { body: "{}" })), "503 unavailable");
});

Deno.test("POST /api/payments/webhook of more than 64 KiB is 413 at the edge", async () => {
  await using kit = await startEdge();
  const seen = answerWith(kit, () => Response.json({ outcome: "ignored" }));
  const send = (length: number, declared: boolean) => {
    const bytes = new Uint8Array(length).fill(32);
    const body = declared
      ? bytes
      : ReadableStream.from([bytes.slice(0, 1_000), bytes.slice(1_000)]);
    return gist(post(kit, "/api/payments/webhook", { body }));
  };
  for (const declared of [true, false]) {
    assertEquals(await send(MAX_NOTICE_BYTES, declared), "200 ignored");
    assertEquals(await send(MAX_NOTICE_BYTES + 1, declared), "413 too_large");
  }
  assertEquals(seen.map(({ bytes }) => bytes.length), [MAX_NOTICE_BYTES, MAX_NOTICE_BYTES]);
});

Deno.test("a database that is away does not take its origin out", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const seen = answerWith(kit, () => problem("unavailable"));
  for (let n = 0; n < 5; n += 1) {
    assertEquals(await gist(post(kit, "/api/payments/webhook", { body: "{}" })), "503 unavailable");
    const path = `/api/orders/${TICKET}/payment`;
    assertEquals(await gist(post(kit, path, { headers: bearer(token) })), "503 unavailable");
  }
  assertEquals(seen.length, 10, "asked once each");
  assertEquals(await gist(kit.buy({ token })), "201 reserved");
});

Deno.test("POST /api/orders/{ticket}/payment begins a payment for its owner", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const payment = { paymentId: "p1", redirectUrl: "https://pay.example/p1" };
  const seen = answerWith(kit, () => Response.json(payment, { status: 201 }));
  const path = `/api/orders/${TICKET}/payment`;
  const response = await post(kit, path, { headers: bearer(token) });
  assertEquals([response.status, await response.json()], [201, payment]);
  assertEquals(seen[0]?.path, `/internal/orders/${TICKET}/payment`);
  assertEquals(JSON.parse(seen[0]!.text), {
    userId: "ann",
    returnUrl: "http://localhost/sales/1",
  });
  const headers = { ...bearer(token), "x-forwarded-proto": "https" };
  await post(kit, path, { headers });
  assertEquals(
    JSON.parse(seen[1]!.text).returnUrl,
    "http://localhost/sales/1",
    "nobody is trusted",
  );
  const proxies = new TrustedProxies([parseCidr("10.0.0.1")!]);
  await kit.edge.app.request(path, { method: "POST", headers }, { peer: "10.0.0.1", proxies });
  assertEquals(JSON.parse(seen[2]!.text).returnUrl, "https://localhost/sales/1");
});

Deno.test("POST /api/orders/{ticket}/cancel hands the order back", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const seen = answerWith(kit, () => Response.json({ status: "cancelled" }));
  const path = `/api/orders/${TICKET}/cancel`;
  const response = await post(kit, path, { headers: bearer(token) });
  assertEquals([response.status, await response.json()], [200, { status: "cancelled" }]);
  assertEquals([seen[0]?.path, seen[0]?.text], [
    `/internal/orders/${TICKET}/cancel`,
    '{"userId":"ann"}',
  ]);
});

Deno.test("paying and cancelling keep codes, details and Retry-After of the origin", async () => {
  await using kit = await startEdge();
  const headers = bearer(await kit.signIn("ann"));
  const refuse = () =>
    problem("not_payable", "soon", { orderStatus: "processing" }, { "retry-after": "1" });
  answerWith(kit, refuse);
  for (const what of ["payment", "cancel"]) {
    const response = await post(kit, `/api/orders/${TICKET}/${what}`, { headers });
    assertEquals([response.status, response.headers.get("retry-after")], [409, "1"]);
    const { code, detail, orderStatus } = await response.json();
    assertEquals([code, detail, orderStatus], ["not_payable", "soon", "processing"]);
  }
});

Deno.test("paying and cancelling are for the owner alone, and from our own pages", async () => {
  await using kit = await startEdge();
  const seen = answerWith(kit, () => Response.json({}));
  const token = await kit.signIn("bob");
  const cookie = `dropgate_session=${token}`;
  for (const what of ["payment", "cancel"]) {
    const path = `/api/orders/${TICKET}/${what}`;
    const gists = [
      {},
      { headers: bearer("forged") },
      { headers: { cookie, "sec-fetch-site": "cross-site" } },
      { headers: { cookie, origin: "https://evil.example" } },
    ];
    for (const init of gists) {
      assertEquals(await gist(post(kit, path, init)), "401 unauthenticated");
    }
    assertEquals(await gist(post(kit, path, { headers: bearer(token) })), "404 not_found");
    const nonsense = `/api/orders/nonsense/${what}`;
    assertEquals(await gist(post(kit, nonsense, { headers: bearer(token) })), "404 not_found");
    const own = { headers: { cookie, "sec-fetch-site": "same-origin" } };
    const response = await post(kit, path.replace("ann", "bob"), own);
    assertMatch(String(response.status), /20[01]|503/);
  }
  assertEquals(seen.length, 2);
});

Deno.test("a cancel is asked for once, a payment and a notification twice", async () => {
  await using kit = await startEdge();
  const headers = bearer(await kit.signIn("ann"));
  let calls = 0;
  kit.origin.away = () => {
    calls += 1;
    return Promise.reject(new TypeError("refused"));
  };
  const callsFor = async (path: string) => {
    calls = 0;
    assertEquals(await gist(post(kit, path, { headers })), "503 unavailable");
    return calls;
  };
  assertEquals(await callsFor(`/api/orders/${TICKET}/cancel`), 1);
  assertEquals(await callsFor(`/api/orders/${TICKET}/payment`), 2);
});
