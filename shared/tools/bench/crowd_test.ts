import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { jwtVerify } from "jose";
import { Crowd, MAX_BUYERS, type SignInMethod } from "./crowd.ts";
import { httpTarget } from "./http_target.ts";
import { Progress } from "./progress.ts";

const SILENT = new Progress({ write: () => {}, isTerminal: false });

/** A crowd whose sign-ins `answer` sees. */
async function withCrowd(
  method: SignInMethod,
  answer: (request: Request) => Response | Promise<Response>,
  work: (crowd: Crowd) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await work(new Crowd(httpTarget(`http://127.0.0.1:${server.addr.port}`), method, 35));
  } finally {
    await server.shutdown();
  }
}

Deno.test("grow() signs each buyer in once and keeps their tokens apart", async () => {
  const seen: string[] = [];
  await withCrowd({ kind: "dev_login" }, async (request) => {
    const { userId } = await request.json();
    seen.push(userId);
    return Response.json({ token: `t.${userId}`, expiresAt: "" });
  }, async (crowd) => {
    await crowd.grow(150, SILENT);
    await crowd.grow(200, SILENT);
    await crowd.grow(100, SILENT);
    assertEquals(crowd.size, 200);
    assertEquals(seen.length, 200);
    assertEquals(new Set(seen).size, 200);
    const request = new TextDecoder().decode(crowd.buyRequests(4, 7, 200).get(180));
    assertStringIncludes(request, "POST /api/sales/4/buy HTTP/1.1\r\n");
    assertStringIncludes(request, "authorization: Bearer t.bench-z-180\r\n");
    assertStringIncludes(request, "idempotency-key: z-4-180\r\n");
    assertStringIncludes(request, '\r\n\r\n{"productId":7,"quantity":1}');
  });
});

Deno.test("grow() brings tokens of the shop where there is no demo login", async () => {
  const shop = { kind: "jwt", key: "k".repeat(32), issuer: "shop", audience: "sale" } as const;
  await withCrowd(shop, async (request) => {
    const token = request.headers.get("authorization")!.slice("Bearer ".length);
    const { payload } = await jwtVerify(token, new TextEncoder().encode(shop.key), {
      issuer: "shop",
      audience: "sale",
      requiredClaims: ["exp", "sub"],
    });
    return Response.json({ token: `session.${payload.sub}` });
  }, async (crowd) => {
    await crowd.grow(3, SILENT);
    assertEquals(crowd.headers(2), { authorization: "Bearer session.bench-z-2" });
  });
});

Deno.test("grow() says how a sign-in failed, and how many are too many", async () => {
  await withCrowd({ kind: "dev_login" }, () => new Response("no demo", { status: 404 }), async (
    crowd,
  ) => {
    const words = "Cannot sign buyers in at /dev/login as the answer must be 200 with a token: " +
      "current value is 404 no demo";
    await assertRejects(() => crowd.grow(5, SILENT), Error, words);
    assertEquals(crowd.size, 0);
    await assertRejects(() => crowd.grow(MAX_BUYERS + 1, SILENT), RangeError, "is the most");
  });
});
