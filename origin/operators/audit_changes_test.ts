import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseError } from "../database/database.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import type { AuditBook, AuditEntry } from "./audit_book.ts";
import { AUDITED_ROUTES } from "./audited_routes.ts";
import { SqlAuditBook } from "./sql_audit_book.ts";

/** The newest entry, with its states read. */
async function newest(origin: OriginFixture) {
  const { items: [entry] } = await origin.audit.list({}, 1, 1);
  const read = (text: string | null) => text === null ? null : JSON.parse(text);
  return { ...entry!, before: read(entry!.before), after: read(entry!.after) };
}

/** An audit book of which single methods can be replaced. */
function auditWith(book: AuditBook, changes: Partial<AuditBook>): AuditBook {
  return {
    begin: (entry) => book.begin(entry),
    finish: (id, end) => book.finish(id, end),
    list: (filter, page, per) => book.list(filter, page, per),
    ...changes,
  };
}

Deno.test("every changing route of the admin API has its line in the audit table", async () => {
  await using origin = await OriginFixture.open();
  const document = await (await origin.app.request("/admin/api/openapi.json")).json();
  const routes = Object.entries(document.paths as Record<string, object>).flatMap((
    [path, methods],
  ) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const changing = routes.filter((route) => !route.startsWith("GET "));
  assertEquals(AUDITED_ROUTES.map(({ route }) => route).toSorted(), changing.toSorted());
  const reads = AUDITED_ROUTES.flatMap(({ read }) => read === undefined ? [] : [`GET ${read}`]);
  const shapes = new Set(routes.map((route) => route.replaceAll(/\{\w+\}/g, "{}")));
  for (const read of reads) assert(shapes.has(read.replaceAll(/\{\w+\}/g, "{}")), read);
  for (const { action } of AUDITED_ROUTES) assertMatch(action, /^[a-z_]+\.[a-z_]+$/);
});

Deno.test("a change is written down with who, what, before and after", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const { cookie, csrf, name } = await origin.session("operator");
  const send = (method: string, path: string, body: unknown, requestId?: string) =>
    origin.app.request(`/admin/api${path}`, {
      method,
      headers: {
        cookie,
        "x-csrf-token": csrf,
        "sec-fetch-site": "same-origin",
        ...(requestId === undefined ? {} : { "x-request-id": requestId }),
      },
      body: JSON.stringify(body),
    });
  origin.now += 1_234;
  const paused = await send("POST", `/sales/${saleId}/pause`, {}, "from-the-edge");
  assertEquals(paused.status, 200);
  const entry = await newest(origin);
  assertEquals(
    [entry.actor, entry.role, entry.via, entry.action, entry.target, entry.state, entry.requestId],
    [name, "operator", "session", "sale.pause", `sale/${saleId}`, "done", "from-the-edge"],
  );
  assertEquals([entry.before.paused, entry.after.paused], [false, true]);
  assertEquals([entry.createdAt, entry.finishedAt], [origin.now, origin.now]);

  await send("POST", `/sales/${saleId}/items/${productId}/stock`, { delta: 5 });
  const stock = await newest(origin);
  assertEquals(stock.target, `sale/${saleId}/product/${productId}`);
  assertEquals([stock.before.items[0].stock, stock.after.items[0].stock], [10, 15]);
  assertMatch(stock.requestId, /^[\w-]{4,64}$/);

  const product = { name: "Pot", price: 1, currency: "CNY" };
  const { productId: made } = await (await send("POST", "/products", product)).json();
  const created = await newest(origin);
  assertEquals([created.target, created.before, created.after.name], [
    `product/${made}`,
    null,
    "Pot",
  ]);
  await send("DELETE", `/products/${made}`, {});
  const deleted = await newest(origin);
  assertEquals([deleted.action, deleted.before.name, deleted.after], [
    "product.delete",
    "Pot",
    null,
  ]);
});

Deno.test("what was refused or failed says what was asked and why", async () => {
  await using origin = await OriginFixture.open();
  const { productId } = await origin.openSale();
  await origin.admin("DELETE", `/products/${productId}`);
  const refused = await newest(origin);
  assertEquals([refused.actor, refused.via, refused.state], ["ADMIN_TOKEN", "token", "refused"]);
  assertEquals([refused.before.name, refused.after.answer.code], ["Kettle", "conflict"]);
  await origin.admin("PATCH", `/products/${productId}`, { price: -1, name: "Pan" });
  const invalid = await newest(origin);
  assertEquals([invalid.after.asked, invalid.after.answer.status], [
    { price: -1, name: "Pan" },
    400,
  ]);
  await origin.admin("POST", "/no/such/route", {});
  const other = await newest(origin);
  assertEquals([other.action, other.target, other.state], [
    "other.post",
    "/no/such/route",
    "refused",
  ]);
  origin.faults.customers.error = new DatabaseError("unavailable", "away");
  const failed = await origin.admin("PUT", "/users/ann", { level: 3 });
  assertEquals([failed.status, (await newest(origin)).state], [503, "failed"]);
});

Deno.test("what cannot be written down is not done", async () => {
  const away = () => Promise.reject(new DatabaseError("unavailable", "away"));
  await using source = await OriginFixture.open();
  const audit = auditWith(source.audit, { begin: away });
  await using origin = await OriginFixture.open({ audit });
  const refused = await origin.admin("POST", "/blocklist", { userId: "ann" });
  assertEquals(refused.status, 503);
  assertEquals((await (await origin.admin("GET", "/blocklist")).json()).total, 0);
});

Deno.test("a change whose end cannot be written down stays begun", async () => {
  await using source = await OriginFixture.open();
  const book = new SqlAuditBook(source.db, () => 1);
  const away = () => Promise.reject(new DatabaseError("unavailable", "away"));
  const audit = auditWith(book, { finish: away });
  await using origin = await OriginFixture.open({ audit });
  const done = await origin.admin("POST", "/blocklist", { userId: "ann" });
  assertEquals(done.status, 201);
  const { items: [entry] } = await book.list({}, 1, 1);
  assertEquals([entry?.state, entry?.target], ["begun", "block/new"]);
});

Deno.test("no entry of the audit log holds a password, a hash, a token or a key", async () => {
  await using origin = await OriginFixture.open();
  await origin.openSale();
  const passwords = Array.from({ length: 6 }, (_, at) => `top-secret-password-${at}`);
  const { door, sessions } = origin.operators;
  const caller = { peer: "192.0.2.1", headers: new Headers() };
  const wish = { name: "ann", password: passwords[0]!, repeated: passwords[0]! };
  await door.setUp({ ...wish, token: "a wrong top-secret-token" }, caller);
  const setUp = await door.setUp({ ...wish, token: FIXTURE_SECRETS.adminToken }, caller);
  assert(setUp.kind === "done");
  await door.signIn("ann", passwords[1]!, caller);
  // A password in the field of the name.
  await door.signIn(passwords[2]!, "x", caller);
  const signedIn = await door.signIn("ann", passwords[0]!, caller);
  assert(signedIn.kind === "done");
  const headers = new Headers({ cookie: `dropgate_admin=${signedIn.session.token}` });
  const csrf = (await sessions.read(headers))!.csrf;
  const send = async (method: string, path: string, body: unknown) => {
    const response = await origin.app.request(`/admin/api${path}`, {
      method,
      headers: {
        cookie: headers.get("cookie")!,
        "x-csrf-token": csrf,
        "sec-fetch-site": "same-origin",
      },
      body: JSON.stringify(body),
    });
    await response.body?.cancel();
    return response.status;
  };
  const bob = { name: "bob", role: "viewer", password: passwords[3] };
  assertEquals(await send("POST", "/operators", bob), 201);
  assertEquals(await send("POST", "/operators", bob), 409);
  assertEquals(
    await send("POST", "/operators", { ...bob, name: "no name", password: "top-secret" }),
    400,
  );
  assertEquals(await send("PATCH", "/operators/2", { password: passwords[4] }), 200);
  const own = { currentPassword: passwords[0], password: passwords[5] };
  assertEquals(
    await send("POST", "/account/password", { ...own, currentPassword: "top-secret-x" }),
    400,
  );
  assertEquals(await send("POST", "/account/password", own), 200);
  await door.signOut({ peer: "", headers });

  const { items } = await origin.audit.list({}, 1, 200);
  const text = JSON.stringify(items);
  const hashes = await origin.db.query<{ password_hash: string }>(
    "SELECT password_hash FROM operator",
  );
  const secrets = [
    ...Object.values(FIXTURE_SECRETS),
    ...hashes.map(({ password_hash }) => password_hash),
    signedIn.session.token,
    setUp.session.token,
    csrf,
    "top-secret",
    "$scrypt$",
  ];
  assertEquals(secrets.filter((secret) => text.includes(secret)), []);
  const actions = items.map(({ action }: AuditEntry) => action);
  console.log(`${items.length} entries, ${secrets.length} secrets, 0 found`);
  for (const action of ["operator.set_up", "setup_failed", "sign_in", "sign_in_failed"]) {
    assert(actions.includes(action), action);
  }
});
