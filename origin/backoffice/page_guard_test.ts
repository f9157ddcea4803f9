import { assert, assertEquals, assertMatch } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { Hono } from "hono";
import { OriginFixture } from "../testing/origin_fixture.ts";
import type { PageEnv } from "./page_env.ts";
import { pageGuard } from "./page_guard.ts";

const FORM = "application/x-www-form-urlencoded";

Deno.test("a page whose address holds what no id holds is not there", async () => {
  await using origin = await OriginFixture.open();
  origin.signIn("admin");
  let asked = 0;
  for (const id of ["a%2Fb", "%2e%2e%2foperators", "a%5Cb", "a%3Fb", "a%23b", "a%0Ab", "a%00b"]) {
    for (const path of [`/users/${id}`, `/orders/${id}`, `/sales/${id}`, `/operators/${id}`]) {
      const response = await origin.page(path);
      assertEquals((await response.body?.cancel(), response.status), 404, path);
      const sent = await origin.page(`${path}/cancel`, {});
      assertEquals((await sent.body?.cancel(), sent.status), 404, path);
      asked += 1;
    }
  }
  assertEquals((await origin.page("/users/%ff")).status, 404);
  assertEquals((await origin.page("/users/%E0%A4%A")).status, 404);
  for (const id of ["ann@shop.example", "ann%40shop.example", "ann.b_c-d"]) {
    const response = await origin.page(`/users/${id}`);
    assertEquals(response.status, 200, id);
    assertMatch(await response.text(), /ann/);
  }
  console.log(`${asked} addresses, 0 found`);
});

Deno.test("a form before signing in has to arrive in time and within its bounds", async () => {
  await using origin = await OriginFixture.open();
  const guard = pageGuard({
    sessions: origin.deps.operatorSessions,
    callApi: () => () => new Response(),
    clock: () => origin.now,
    log: logOf("origin"),
    formTimeoutMs: 20,
  });
  let opened = 0;
  const app = new Hono<PageEnv>().use("*", guard).post("/admin/sign-in", async (c) => {
    opened += 1;
    return c.text(String((await c.req.raw.formData()).get("name")));
  });
  const send = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const init = {
      method: "POST",
      headers: { "content-type": FORM, "sec-fetch-site": "same-origin", ...headers },
      body,
    };
    const response = await app.request("/admin/sign-in", init);
    return [response.status, await response.text()];
  };
  assertEquals(await send("name=ann"), [200, "ann"]);
  let cancelled = false;
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("name=ann")),
    cancel() {
      cancelled = true;
    },
  });
  assertEquals((await send(silent, { "content-length": "9" }))[0], 403);
  assert(cancelled);
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(4_096).fill(97)),
  });
  assertEquals((await send(endless))[0], 413);
  assertEquals((await send("x".repeat(20_000)))[0], 413);
  assertEquals((await send("{}", { "content-type": "application/json" }))[0], 403);
  assertEquals(opened, 1);
});

Deno.test("a form whose host a proxy replaced is told so, and the log now and then", async () => {
  await using origin = await OriginFixture.open();
  const lines: unknown[] = [];
  const guard = pageGuard({
    sessions: origin.deps.operatorSessions,
    callApi: () => () => new Response(),
    clock: () => origin.now,
    log: { warning: (...line: unknown[]) => void lines.push(line) },
  });
  const app = new Hono<PageEnv>().use("*", guard);
  const send = async (headers: Record<string, string>) => {
    const init = { method: "POST", headers: { "content-type": FORM, ...headers }, body: "a=b" };
    const response = await app.request("/admin/sign-in", init);
    return [response.status, await response.text()] as const;
  };
  const origins = { host: "origin:9000", origin: "https://office.example" };
  for (let n = 0; n < 50; n += 1) {
    const [status, text] = await send({ ...origins, "sec-fetch-site": "same-origin" });
    assertEquals(status, 403);
    assertMatch(text, /office\.example.*origin:9000.*Host/s);
  }
  assertEquals(lines.length, 1);
  assertMatch(JSON.stringify(lines), /office\.example.*origin:9000|origin:9000.*office\.example/);
  origin.now += 10 * 60_000;
  // Without https browsers do not tell the site.
  assertMatch((await send(origins))[1], /office\.example/);
  assertEquals(lines.length, 2);
  // Another site's form, by the browser's own word.
  origin.now += 10 * 60_000;
  const [status, text] = await send({ ...origins, "sec-fetch-site": "cross-site" });
  assertEquals([status, text.includes("office.example"), lines.length], [403, false, 2]);
  const [, escaped] = await send({ ...origins, origin: "https://<b>x" });
  assert(!escaped.includes("<b>"));
});
