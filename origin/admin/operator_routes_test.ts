import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FixtureSession } from "../testing/fixture_session.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

const PASSWORD = "a good long password";

/** Asks as ADMIN_TOKEN, or as somebody's browser. */
async function ask(
  origin: OriginFixture,
  method: string,
  path: string,
  body?: unknown,
  session?: FixtureSession,
) {
  const response = session === undefined
    ? await origin.admin(method, path, body)
    : await origin.app.request(`/admin/api${path}`, {
      method,
      headers: {
        cookie: session.cookie,
        "x-csrf-token": session.csrf,
        "sec-fetch-site": "same-origin",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

Deno.test("operators are added, read, listed and changed, and no answer holds a password", async () => {
  await using origin = await OriginFixture.open();
  const made = await ask(origin, "POST", "/operators", {
    name: "Ann",
    role: "viewer",
    password: PASSWORD,
  });
  assertEquals(made.status, 201);
  const { id, createdAt } = made.body;
  assertEquals(made.body, {
    id,
    name: "Ann",
    role: "viewer",
    disabled: false,
    lockedUntil: null,
    createdAt,
    updatedAt: createdAt,
  });
  const admin = await origin.session("admin");
  const changed = await ask(origin, "PATCH", `/operators/${id}`, { role: "operator" }, admin);
  assertEquals([changed.status, changed.body.role], [200, "operator"]);
  const disabled = await ask(origin, "PATCH", `/operators/${id}`, { disabled: true });
  assertEquals([disabled.body.disabled, disabled.body.role], [true, "operator"]);
  assertEquals((await ask(origin, "GET", `/operators/${id}`)).body, disabled.body);
  const list = await ask(origin, "GET", "/operators?per=1&page=2");
  assertEquals([list.body.total, list.body.items[0].name], [2, admin.name]);
  const all = JSON.stringify((await ask(origin, "GET", "/operators")).body);
  assertEquals([all.includes("scrypt"), all.includes(PASSWORD)], [false, false]);
});

Deno.test("what no operator may be called, know or be is refused by field", async () => {
  await using origin = await OriginFixture.open();
  const good = { name: "Ann", role: "viewer", password: PASSWORD };
  assertEquals((await ask(origin, "POST", "/operators", good)).status, 201);
  const cases: [body: object, status: number, path: string][] = [
    [{ ...good, name: "a b" }, 400, "name"],
    [{ ...good, name: "admin_TOKEN" }, 400, "name"],
    [{ ...good, name: "bob", password: "short" }, 400, "password"],
    [{ ...good, name: "a-good-long-password", password: "A-Good-Long-Password" }, 400, "password"],
    [{ ...good, name: "bob", role: "owner" }, 400, "role"],
    [{ ...good, name: "aNN" }, 409, "name"],
  ];
  for (const [body, status, path] of cases) {
    const refused = await ask(origin, "POST", "/operators", body);
    assertEquals([refused.status, refused.body.errors[0].path], [status, path]);
  }
  const weak = await ask(origin, "PATCH", "/operators/1", { password: "changeme1234" });
  assertEquals([weak.status, weak.body.errors[0].path], [400, "password"]);
  assertEquals((await ask(origin, "PATCH", "/operators/9", { password: PASSWORD })).status, 404);
});

Deno.test("the last admin stays one", async () => {
  await using origin = await OriginFixture.open();
  const { id } = await origin.session("admin");
  await origin.session("operator");
  for (const changes of [{ role: "operator" }, { disabled: true }]) {
    const refused = await ask(origin, "PATCH", `/operators/${id}`, changes);
    assertEquals([refused.status, refused.body.code], [409, "conflict"]);
    assertMatch(refused.body.detail, /last admin/);
  }
  await origin.session("admin");
  assertEquals((await ask(origin, "PATCH", `/operators/${id}`, { role: "viewer" })).status, 200);
});

Deno.test("what is taken from an operator is gone with his next request", async () => {
  await using origin = await OriginFixture.open();
  await origin.session("admin");
  const { id, ...session } = await origin.session("operator");
  const mine = { id, ...session };
  const block = (userId: string) => ask(origin, "POST", "/blocklist", { userId }, mine);
  assertEquals((await block("ann")).status, 201);
  await ask(origin, "PATCH", `/operators/${id}`, { role: "viewer" });
  assertEquals([(await block("bob")).status, (await block("bob")).body.code], [403, "forbidden"]);
  assertEquals((await ask(origin, "GET", "/account", undefined, mine)).body, {
    id,
    name: session.name,
    role: "viewer",
    via: "session",
  });
  await ask(origin, "PATCH", `/operators/${id}`, { disabled: true });
  assertEquals((await ask(origin, "GET", "/account", undefined, mine)).status, 401);
});

Deno.test("an admin unlocks who is locked out", async () => {
  await using origin = await OriginFixture.open();
  await ask(origin, "POST", "/operators", { name: "Ann", role: "viewer", password: PASSWORD });
  const caller = { peer: "192.0.2.1", headers: new Headers() };
  const signIn = (password: string) => origin.operators.door.signIn("ann", password, caller);
  for (let n = 0; n < 5; n += 1) await signIn("wrong");
  assertEquals((await signIn(PASSWORD)).kind, "locked");
  const until = new Date(origin.now + 30_000).toISOString();
  assertEquals((await ask(origin, "GET", "/operators/1")).body.lockedUntil, until);
  const unlocked = await ask(origin, "POST", "/operators/1/unlock");
  assertEquals([unlocked.status, unlocked.body.lockedUntil], [200, null]);
  assertEquals((await signIn(PASSWORD)).kind, "done");
});

Deno.test("everybody changes his own password with the old one, and ends his sessions", async () => {
  await using origin = await OriginFixture.open();
  await ask(origin, "POST", "/operators", { name: "Ann", role: "viewer", password: PASSWORD });
  const open = async () => {
    const { passwordHash } = (await origin.operatorBook.find("ann"))!;
    const known = { operatorId: 1, passwordHash };
    const { token } = (await origin.operators.sessions.open(known, new Headers()))!;
    const cookie = `dropgate_admin=${token}`;
    const read = await origin.operators.sessions.read(new Headers({ cookie }));
    return { id: 1, name: "Ann", cookie, token, csrf: read!.csrf };
  };
  const [first, second] = [await open(), await open()];
  const sessions = await ask(origin, "GET", "/account/sessions", undefined, first);
  assertEquals(sessions.body.items.length, 2);
  assertEquals(sessions.body.items.filter(({ isThis }: { isThis: boolean }) => isThis).length, 1);
  assert(!JSON.stringify(sessions.body).includes("okenHash"));
  const ended = await ask(origin, "POST", "/account/sessions/end-others", undefined, first);
  assertEquals(ended.body, { ended: 1 });
  assertEquals((await ask(origin, "GET", "/account", undefined, second)).status, 401);

  const change = (currentPassword: string, password: string) =>
    ask(origin, "POST", "/account/password", { currentPassword, password }, first);
  assertEquals((await change("wrong", "another long one!")).body.errors[0].path, "currentPassword");
  assertEquals((await change(PASSWORD, "short")).body.errors[0].path, "password");
  assertEquals((await change(PASSWORD, "another long one!")).status, 200);
  assertEquals((await ask(origin, "GET", "/account", undefined, first)).status, 401);
  const caller = { peer: "192.0.2.1", headers: new Headers() };
  const { door } = origin.operators;
  assertEquals((await door.signIn("Ann", PASSWORD, caller)).kind, "wrong");
  assertEquals((await door.signIn("Ann", "another long one!", caller)).kind, "done");

  // Guessing the old password is held up as at the door; the session itself stays.
  const third = await open();
  const guess = () =>
    ask(origin, "POST", "/account/password", {
      currentPassword: "guess",
      password: "yet another one!",
    }, third);
  for (let n = 0; n < 5; n += 1) assertEquals((await guess()).status, 400);
  const locked = await guess();
  assertEquals([locked.status, locked.body.code], [429, "rate_limited"]);
  assertEquals(locked.headers.get("retry-after"), "30");
  assertEquals((await ask(origin, "GET", "/account", undefined, third)).status, 200);
});

Deno.test("ADMIN_TOKEN has a name and no password", async () => {
  await using origin = await OriginFixture.open();
  assertEquals((await ask(origin, "GET", "/account")).body, {
    id: null,
    name: "ADMIN_TOKEN",
    role: "admin",
    via: "token",
  });
  const wish = { currentPassword: "x", password: PASSWORD };
  assertEquals((await ask(origin, "POST", "/account/password", wish)).status, 409);
  assertEquals((await ask(origin, "GET", "/account/sessions")).body, { items: [] });
  assertEquals((await ask(origin, "POST", "/account/sessions/end-others")).body, { ended: 0 });
});

Deno.test("GET /audit tells who did what, filtered and in pages", async () => {
  await using origin = await OriginFixture.open();
  const viewer = await origin.session("viewer");
  const begunAt = new Date(origin.now).toISOString();
  for (const userId of ["ann", "bob", "cid"]) {
    await ask(origin, "POST", "/blocklist", { userId });
    origin.now += 1_000;
  }
  await ask(origin, "PUT", "/users/ann", { level: 2 });
  const list = async (query: string) =>
    (await ask(origin, "GET", `/audit${query}`, undefined, viewer)).body;
  const first = await list("?per=2");
  assertEquals([first.page, first.per, first.total, first.items.length], [1, 2, 4, 2]);
  const [entry] = first.items;
  assertEquals([entry.who, entry.role, entry.via, entry.action, entry.target, entry.state], [
    "ADMIN_TOKEN",
    "admin",
    "token",
    "user.change",
    "user/ann",
    "done",
  ]);
  assertEquals([entry.before.level, entry.after.level], [null, 2]);
  assertEquals(entry.when, new Date(origin.now).toISOString());
  assertEquals((await list("?action=block")).total, 3);
  assertEquals((await list("?action=block.add&target=block/1")).total, 1);
  assertEquals((await list("?actor=admin_token")).total, 4);
  assertEquals((await list("?actor=nobody")).total, 0);
  const to = new Date(origin.now - 1_000).toISOString();
  assertEquals((await list(`?from=${begunAt}&to=${to}`)).total, 2);
  assertEquals((await list("?page=9")).items, []);
  for (const query of ["?from=yesterday", "?per=0", `?actor=${"x".repeat(65)}`]) {
    assertEquals((await list(query)).code, "invalid", query);
  }
});
