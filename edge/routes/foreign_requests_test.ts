import { assert, assertEquals } from "@std/assert";
import { type EdgeKit, startEdge } from "../testing/edge_kit.ts";

const TICKET = "1-1-ann-1000000001";

/** Everything that changes something for whom the cookie names, and how it is called. */
const GUARDED: Record<string, { path: string; body?: unknown }> = {
  "POST /api/sales/:saleId/buy": { path: "/api/sales/1/buy", body: { productId: 1 } },
  "POST /api/captcha": { path: "/api/captcha", body: { saleId: 1 } },
  "POST /api/captcha/:challengeId": { path: "/api/captcha/x", body: { x: 1, track: [] } },
  "POST /api/orders/:ticket/cancel": { path: `/api/orders/${TICKET}/cancel` },
  "POST /api/orders/:ticket/payment": { path: `/api/orders/${TICKET}/payment` },
  "DELETE /api/session": { path: "/api/session" },
};

/** What asks for no cookie: a shop token, a signature, the demo's sign-in and sandbox. */
const WITHOUT_COOKIE = [
  "POST /api/session",
  "POST /session",
  "POST /api/payments/webhook",
  "POST /dev/login",
  "POST /sandbox/pay/:link",
];

const JSON_TYPE = { "content-type": "application/json" };

/** How other sites make a browser send a request, and what they cannot keep it from saying. */
const FOREIGN: Record<string, string>[] = [
  ...["cross-site", "same-site", "none"].flatMap((site) => [
    { "sec-fetch-site": site },
    { "sec-fetch-site": site, ...JSON_TYPE },
    { "sec-fetch-site": site, origin: "https://evil.example", ...JSON_TYPE },
    { "sec-fetch-site": site, origin: "null" },
  ]),
  ...["https://evil.example", "null", "", "https://drop.example.evil.example"].flatMap((origin) => [
    { origin },
    { origin, ...JSON_TYPE },
    { origin, "content-type": "text/plain" },
  ]),
  ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""].map(
    (type) => ({ "content-type": type }),
  ),
];

const OWN: Record<string, string>[] = [
  { "sec-fetch-site": "same-origin", ...JSON_TYPE },
  { origin: "http://drop.example", ...JSON_TYPE },
  { origin: "https://shop.example", "sec-fetch-site": "cross-site", ...JSON_TYPE },
  { origin: "https://shop.example", "sec-fetch-site": "same-site", ...JSON_TYPE },
  JSON_TYPE,
];

/** Every route of the edge that is not a mere question. */
function changingRoutes(kit: EdgeKit): string[] {
  const routes = kit.edge.app.routes.filter(({ method }) => !["ALL", "GET"].includes(method));
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
}

async function statusOf(kit: EdgeKit, route: string, headers: Record<string, string>) {
  const { path, body } = GUARDED[route]!;
  const response = await kit.edge.app.request(`http://drop.example${path}`, {
    method: route.split(" ")[0]!,
    headers: { host: "drop.example", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("every route that changes something is known to be safe from other sites", async () => {
  await using kit = await startEdge();
  const known = new Set([...Object.keys(GUARDED), ...WITHOUT_COOKIE]);
  assertEquals(changingRoutes(kit).filter((route) => !known.has(route)), []);
});

Deno.test("no other site can use a visitor's cookie, on any route", async () => {
  await using kit = await startEdge({ config: { shopOrigins: ["https://shop.example"] } });
  const token = await kit.signIn("ann");
  const cookie = `dropgate_session=${token}`;
  const routes = changingRoutes(kit).filter((route) => route in GUARDED);
  assert(routes.length >= 4, routes.join());
  let tried = 0;
  for (const route of routes) {
    for (const headers of FOREIGN) {
      const status = await statusOf(kit, route, { cookie, ...headers });
      assertEquals(status, 401, `${route} ${JSON.stringify(headers)}`);
      tried += 1;
    }
    for (const headers of OWN) {
      const status = await statusOf(kit, route, { cookie, ...headers });
      assert(status !== 401, `${route} ${JSON.stringify(headers)}`);
    }
    const bearer = { authorization: `Bearer ${token}`, origin: "https://evil.example" };
    if (route !== "DELETE /api/session") {
      assert(await statusOf(kit, route, bearer) !== 401, `${route} with a bearer token`);
    }
  }
  assertEquals(kit.origin.holdings.size, 1, "of our own tries");
  console.log(`${routes.length} routes: 0 of ${tried} requests of other sites accepted`);
});
