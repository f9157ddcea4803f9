import { assertEquals } from "@std/assert";
import { LISTS_PAUSE_MS } from "../customers/lists_in_force.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

const UNTOUCHED = { level: null, blocked: false, claims: null };

/** An origin, and its users as operators see and change them. */
async function openUsers() {
  const origin = await OriginFixture.open();
  const read = async (userId: string) => {
    const response = await origin.admin("GET", `/users/${encodeURIComponent(userId)}`);
    assertEquals(response.status, 200);
    return await response.json();
  };
  const put = async (userId: string, body: unknown) => {
    const response = await origin.admin("PUT", `/users/${encodeURIComponent(userId)}`, body);
    return { status: response.status, body: await response.json() };
  };
  return { origin, read, put };
}

Deno.test("GET /users/{id} of a user whom nobody touched answers the defaults", async () => {
  const { origin, read } = await openUsers();
  await using _ = origin;
  for (const userId of ["ann", "1", "ann-1@shop.example", "a".repeat(64)]) {
    assertEquals(await read(userId), { userId, ...UNTOUCHED });
  }
  for (const id of ["a%20b", "a".repeat(65), "%00", "ann%2Fbob"]) {
    assertEquals((await origin.admin("GET", `/users/${id}`)).status, 404, id);
    assertEquals((await origin.admin("PUT", `/users/${id}`, {})).status, 404, id);
  }
});

Deno.test("PUT /users/{id} merges field by field, and null gives the token its word back", async () => {
  const { origin, read, put } = await openUsers();
  await using _ = origin;
  const userId = "ann-1@shop.example";
  assertEquals(await put(userId, {}), { status: 200, body: { userId, ...UNTOUCHED } });
  assertEquals((await put(userId, { level: 3 })).body, { userId, ...UNTOUCHED, level: 3 });
  assertEquals((await put(userId, { claims: { tier: "gold", age: 30, staff: true } })).body, {
    userId,
    level: 3,
    blocked: false,
    claims: { tier: "gold", age: "30", staff: "true" },
  });
  assertEquals((await put(userId, { blocked: true, claims: { tier: "" } })).body, {
    userId,
    level: 3,
    blocked: true,
    claims: { tier: "" },
  });
  assertEquals((await put(userId, { level: null })).body.level, null);
  assertEquals((await put(userId, { claims: null, other: 1 })).body, {
    userId,
    ...UNTOUCHED,
    blocked: true,
  });
  assertEquals((await put(userId, { blocked: false })).body, { userId, ...UNTOUCHED });
  assertEquals(await read(userId), { userId, ...UNTOUCHED });
});

Deno.test("PUT /users/{id} refuses bad fields and changes nothing", async () => {
  const { origin, read, put } = await openUsers();
  await using _ = origin;
  await put("ann", { level: 2, claims: { tier: "gold" } });
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`c${at}`, "x"]));
  for (
    const body of [
      { level: "3" },
      { level: 1.5 },
      { level: 1_000_001 },
      { blocked: 1 },
      { blocked: null },
      { blocked: "true" },
      { claims: "gold" },
      { claims: ["gold"] },
      { claims: { tier: null } },
      { claims: { tier: { a: 1 } } },
      { claims: { tier: "x".repeat(65) } },
      { claims: { tier: "a\u0000b" } },
      { claims: { "a b": "x" } },
      { claims: { "": "x" } },
      { claims: many },
      { level: 5, blocked: "yes" },
    ]
  ) {
    const { status, body: { code } } = await put("ann", body);
    assertEquals([status, code], [400, "invalid"], JSON.stringify(body));
  }
  assertEquals(await read("ann"), {
    userId: "ann",
    level: 2,
    blocked: false,
    claims: { tier: "gold" },
  });
});

Deno.test("PUT /users/{id} refuses a claim that objects cannot carry, as rules do", async () => {
  const { origin, read, put } = await openUsers();
  await using _ = origin;
  for (const claims of ['{"__proto__":"x","a":"y"}', '{"__proto__":{"tier":"gold"}}']) {
    const odd = await origin.admin("PUT", "/users/ann", `{"claims":${claims}}`);
    const { code, errors } = await odd.json();
    assertEquals([odd.status, code, errors], [400, "invalid", [
      { path: "claims.__proto__", message: "must not be __proto__" },
    ]]);
  }
  assertEquals((await read("ann")).claims, null);
  const { body } = await put("ann", { claims: { constructor: "x" } });
  assertEquals(body.claims, { constructor: "x" });
});

Deno.test("a user is blocked in one place, whichever way he was", async () => {
  const { origin, read, put } = await openUsers();
  await using _ = origin;
  const entry = await (await origin.admin("POST", "/blocklist", { userId: "ann" })).json();
  assertEquals((await read("ann")).blocked, true);
  await put("ann", { blocked: false });
  assertEquals((await origin.admin("GET", `/blocklist/${entry.id}`)).status, 404);
  await put("bob", { blocked: true });
  const { items: [bob] } = await (await origin.admin("GET", "/blocklist")).json();
  assertEquals(bob.userId, "bob");
  await origin.admin("DELETE", `/blocklist/${bob.id}`);
  assertEquals((await read("bob")).blocked, false);
});

Deno.test("GET /users lists whom operators touched, by id", async () => {
  const { origin, put } = await openUsers();
  await using _ = origin;
  await put("cid", { level: 1 });
  await put("ann", { blocked: true, level: 2 });
  await origin.admin("POST", "/blocklist", { userId: "bob" });
  await put("dan", { level: 1 });
  await put("dan", { level: null });
  const list = async (query: string) => {
    const { items, total } = await (await origin.admin("GET", `/users${query}`)).json();
    return [total, ...items.map(({ userId }: { userId: string }) => userId)];
  };
  assertEquals(await list(""), [3, "ann", "bob", "cid"]);
  assertEquals(await list("?blocked=true"), [2, "ann", "bob"]);
  assertEquals(await list("?blocked=false"), [1, "cid"]);
  assertEquals(await list("?page=2&per=2"), [3, "cid"]);
  assertEquals((await origin.admin("GET", "/users?blocked=maybe")).status, 400);
});

Deno.test("a change of a user is in this origin's snapshot when it was read", async () => {
  const { origin, put } = await openUsers();
  await using _ = origin;
  await origin.openSale();
  await put("ann", { level: 4 });
  await put("bob", { claims: { tier: "gold" }, blocked: true });
  origin.now += LISTS_PAUSE_MS;
  await origin.lists.refresh();
  const { lists } = await (await origin.internal("/snapshot")).json();
  assertEquals([lists.users, lists.blockedUsers, lists.expiredHolds], [
    [["ann", 4, null], ["bob", null, { tier: "gold" }]],
    ["bob"],
    [],
  ]);
});
