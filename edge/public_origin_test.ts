import { assertEquals, assertMatch } from "@std/assert";
import type { SandboxView } from "../shared/internal_api.ts";
import type { Log } from "../shared/log.ts";
import { OPEN_GATE } from "./gate/open_gate.ts";
import { startEdge } from "./testing/edge_kit.ts";

/** What a client may write into `Host` although no URL can be made of it. */
const NO_HOSTS = ["x:99999", "a%b", "[::1", "x<y", "a b"];

const VIEW: SandboxView = {
  ticket: "1-1-ann-1000000001",
  saleId: 1,
  paymentId: "p1",
  amount: 1_999,
  currency: "EUR",
  status: "unpaid",
  payBy: "2030-01-15T12:01:30.000Z",
  serverNow: "2030-01-15T12:00:00.000Z",
};

/** Sends a request with a host exactly as it is and returns status and body. */
async function send(port: number, start: string, host: string, token: string) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const deadline = setTimeout(() => connection.close(), 5_000);
  try {
    const head = `${start} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
      "Content-Length: 0\r\nConnection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(head));
    const chunks: Uint8Array[] = [];
    for await (const chunk of connection.readable) chunks.push(chunk);
    const answer = await new Blob(chunks as BlobPart[]).text();
    return { status: Number(answer.slice(9, 12)), body: answer.split("\r\n\r\n")[1] ?? "" };
  } finally {
    clearTimeout(deadline);
  }
}

Deno.test("a Host that no URL can have fails nothing, and begins no payment", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const { ticket } = await (await kit.buy({ token })).json();
  kit.origin.other = () => Response.json(VIEW);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => kit.edge.handle(request, info.remoteAddr.hostname),
  );
  const asked: [string, number][] = [
    ["GET /", 200],
    ["GET /sales/1", 200],
    ["GET /lang/en", 303],
    ["GET /api/sales", 200],
    ["GET /api/orders", 200],
    [`GET /api/orders/${ticket}`, 200],
    [`POST /api/orders/${ticket}/payment`, 400],
    ["GET /sandbox/pay/a.b", 200],
    ["POST /sandbox/pay/none", 303],
    ["POST /api/captcha", 400],
    ["GET /nothing", 404],
  ];
  for (const host of NO_HOSTS) {
    for (const [start, status] of asked) {
      const answer = await send(server.addr.port, start, host, token);
      assertEquals(answer.status, status, `${start} ${host}: ${answer.body.slice(0, 200)}`);
      if (!start.endsWith("/payment")) continue;
      assertEquals(JSON.parse(answer.body).code, "invalid");
    }
  }
  await server.shutdown();
});

Deno.test("an edge that fails says so in its log once a second, however often it is asked", async () => {
  const errors: Record<string, unknown>[] = [];
  const log = {
    ...{ info: () => {}, warning: () => {} },
    error: (_: string, values: Record<string, unknown>) => errors.push(values),
  } as unknown as Log;
  const blocksUser = () => {
    throw new Error("broken on purpose");
  };
  await using kit = await startEdge({
    log,
    gate: { blocklist: { ...OPEN_GATE.blocklist, blocksUser } },
  });
  const token = await kit.signIn("ann");
  for (let i = 0; i < 100; i += 1) assertEquals((await kit.buy({ token })).status, 500);
  assertEquals(errors.length, 1);
  assertMatch(String(errors[0]!.error), /broken on purpose[\s\S]*public_origin_test/);
});
