import { assert, assertEquals } from "@std/assert";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";

const TOKEN = { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}` };

/** What the newest entry of the audit log says came of a change. */
async function newestAfter(origin: OriginFixture) {
  const { items: [entry] } = await origin.audit.list({}, 1, 1);
  return JSON.parse(entry!.after!);
}

Deno.test("a refused change of accounts and operators keeps nothing that was sent", async () => {
  await using origin = await OriginFixture.open();
  const { cookie, csrf } = await origin.session("viewer");
  const own = { authorization: "", cookie, "x-csrf-token": csrf, "sec-fetch-site": "same-origin" };
  const { authorization: _, ...headers } = own;
  const bodies = [{ "hunter2hunter2": 1 }, ["hunter2hunter2"], "hunter2hunter2", {
    name: "hunter2hunter2",
    role: "hunter2hunter2",
  }];
  for (const body of bodies) {
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const own = await origin.app.request("/admin/api/account/password", init);
    assertEquals((await own.body?.cancel(), own.status), 400);
    assertEquals((await newestAfter(origin)).answer.status, 400);
    const other = await origin.admin("POST", "/operators", body);
    assertEquals((await other.body?.cancel(), other.status), 400);
    assertEquals((await newestAfter(origin)).answer.code, "invalid");
  }
  const { items } = await origin.audit.list({}, 1, 50);
  assertEquals(items.length, 2 * bodies.length);
  assert(!JSON.stringify(items).includes("hunter2"));
});

Deno.test("a refused change keeps what was asked when it is an object of at most 4 KB", async () => {
  await using origin = await OriginFixture.open();
  const asked = async (body: unknown) => {
    const answer = await origin.admin("POST", "/products", body);
    assertEquals((await answer.body?.cancel(), answer.status), 400);
    return (await newestAfter(origin)).asked;
  };
  assertEquals(await asked({ name: "Pan", price: -1 }), { name: "Pan", price: -1 });
  assertEquals(await asked({ name: "x".repeat(5_000), price: -1 }), null);
  for (const body of [["Pan"], JSON.stringify("Pan"), "no json", 7]) {
    assertEquals(await asked(body), null);
  }
});

Deno.test("nobody fills the audit log with changes of his own account", async () => {
  await using origin = await OriginFixture.open();
  const { cookie, csrf } = await origin.session("viewer");
  const headers = { cookie, "x-csrf-token": csrf, "sec-fetch-site": "same-origin" };
  const change = async (path: string) => {
    const init = { method: "POST", headers, body: "{}" };
    const answer = await origin.app.request(`/admin/api/account/${path}`, init);
    await answer.body?.cancel();
    return [answer.status, answer.headers.get("retry-after")];
  };
  const statuses = [];
  for (let n = 0; n < 60; n += 1) {
    statuses.push((await change(n % 2 === 0 ? "password" : "sessions/end-others"))[0]);
  }
  assertEquals(statuses.filter((status) => status === 429).length, 40);
  assertEquals((await origin.audit.list({}, 1, 1)).total, 20);
  assertEquals(await change("password"), [429, "600"]);
  assertEquals((await origin.admin("POST", "/account/sessions/end-others")).status, 200);
  origin.now += 600_000;
  assertEquals((await change("password"))[0], 400);
});

Deno.test("a body that no route takes is neither read beyond its bound nor kept", async () => {
  await using origin = await OriginFixture.open();
  const send = async (path: string, method = "POST") => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 100) controller.close();
        else controller.enqueue(new Uint8Array(64 * 1024).fill(32));
      },
    });
    const headers = { ...TOKEN, "content-type": "application/json" };
    const answer = await origin.app.request(path, { method, headers, body });
    await answer.body?.cancel();
    return { status: answer.status, sent };
  };
  for (const path of ["/admin/api/x/admin/api/media", "/admin/api/admin/api/media"]) {
    const { status, sent } = await send(path);
    assertEquals([status, sent < 20], [413, true], path);
  }
  const upload = await send("/admin/api/media");
  assertEquals([upload.status >= 400, upload.sent < 60], [true, true]);
  assertEquals((await newestAfter(origin)).asked, null);
});
