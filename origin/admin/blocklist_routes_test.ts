import { assertEquals } from "@std/assert";
import { LISTS_PAUSE_MS } from "../customers/lists_in_force.ts";
import { SqlCustomerBook } from "../customers/sql_customer_book.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

/** An origin, and its block list as operators use it. */
async function openList() {
  const origin = await OriginFixture.open();
  const add = (body: unknown) => origin.admin("POST", "/blocklist", body);
  const json = async (path: string) => await (await origin.admin("GET", path)).json();
  const refusal = async (body: unknown) => {
    const response = await add(body);
    const { code, detail } = await response.json();
    return [response.status, code, detail];
  };
  return { origin, add, json, refusal };
}

Deno.test("users and networks are blocked, listed, read and unblocked", async () => {
  const { origin, add, json } = await openList();
  await using _ = origin;
  const made = await add({ userId: "ann", extra: 1 });
  const ann = await made.json();
  assertEquals([made.status, ann], [201, {
    id: ann.id,
    userId: "ann",
    createdAt: "2026-06-01T10:00:00.000Z",
  }]);
  const net = await (await add({ cidr: "203.0.113.7/24" })).json();
  assertEquals(net.cidr, "203.0.113.0/24");
  assertEquals(await json("/blocklist"), { items: [net, ann], page: 1, per: 20, total: 2 });
  assertEquals((await json("/blocklist?page=2&per=1")).items, [ann]);
  assertEquals((await json("/blocklist?userId=ann")).items, [ann]);
  assertEquals((await json("/blocklist?cidr=203.0.113.200/24")).items, [net]);
  assertEquals(await json(`/blocklist/${net.id}`), net);

  const gone = await origin.admin("DELETE", `/blocklist/${ann.id}`);
  assertEquals([gone.status, await gone.text()], [204, ""]);
  assertEquals((await origin.admin("DELETE", `/blocklist/${ann.id}`)).status, 404);
  assertEquals((await origin.admin("GET", `/blocklist/${ann.id}`)).status, 404);
  assertEquals((await json("/blocklist")).items, [net]);
  // An id is never given again.
  assertEquals((await (await add({ userId: "ann" })).json()).id > net.id, true);
});

Deno.test("POST /blocklist stores one spelling of every network", async () => {
  const { origin, add } = await openList();
  await using _ = origin;
  for (
    const [given, stored] of [
      ["203.0.113.7", "203.0.113.7/32"],
      ["10.1.2.3/8", "10.0.0.0/8"],
      ["2001:DB8:0:0::1", "2001:db8::1/128"],
      ["2001:db8:ffff::/32", "2001:db8::/32"],
      ["2001::/16", "2001::/16"],
      ["::ffff:198.51.100.9", "198.51.100.9/32"],
      ["::ffff:198.51.100.9/120", "198.51.100.0/24"],
    ]
  ) {
    const response = await add({ cidr: given });
    assertEquals([response.status, (await response.json()).cidr], [201, stored], given);
  }
});

Deno.test("POST /blocklist of what is there already answers the same entry", async () => {
  const { origin, add, json } = await openList();
  await using _ = origin;
  const first = await (await add({ cidr: "203.0.113.0/24" })).json();
  const read = async () => {
    origin.now += LISTS_PAUSE_MS;
    await origin.lists.refresh();
    return origin.lists.current()?.version;
  };
  const version = await read();
  const again = await add({ cidr: "203.0.113.99/24" });
  assertEquals([again.status, await again.json()], [200, first]);
  assertEquals((await json("/blocklist")).total, 1);
  assertEquals(await read(), version, "nothing has changed for the edges");
});

Deno.test("POST /blocklist refuses what nobody can have meant", async () => {
  const { origin, json, refusal } = await openList();
  await using _ = origin;
  for (
    const body of [
      {},
      { userId: "ann", cidr: "203.0.113.7" },
      { userId: "" },
      { userId: "ann b" },
      { userId: 7 },
      { userId: null },
      { userId: "a".repeat(65) },
      { cidr: "" },
      { cidr: "203.0.113.256" },
      { cidr: "203.0.113.0/33" },
      { cidr: "203.0.113.0/" },
      { cidr: "203.0.113" },
      { cidr: "2001:db8::/129" },
      { cidr: "example.com" },
      { cidr: "1".repeat(1_000) },
      { cidr: ["203.0.113.7"] },
    ]
  ) assertEquals((await refusal(body)).slice(0, 2), [400, "invalid"], JSON.stringify(body));
  for (const cidr of ["::ffff:0:0/90", "::ffff:203.0.113.0/24", "::ffff:203.0.113.0/129"]) {
    const [status, , detail] = await refusal({ cidr });
    assertEquals(status, 400);
    assertEquals(detail.includes("must have a prefix of 96 to 128"), true, detail);
  }
  for (
    const [cidr, bound] of [
      ["0.0.0.0/0", "/8"],
      ["203.0.0.0/7", "/8"],
      ["::/0", "/16"],
      ["2000::/3", "/16"],
      ["::ffff:0:0/96", "/8"],
    ]
  ) {
    const [status, code, detail] = await refusal({ cidr });
    assertEquals([status, code], [400, "invalid"], cidr);
    assertEquals(detail.includes(`must not be wider than ${bound}`), true, detail);
  }
  assertEquals((await json("/blocklist")).total, 0);
});

Deno.test("POST /blocklist says when the list is full, and takes the other kind", async () => {
  await using db = await OriginFixture.open();
  const bounds = { blockedUsers: 2, blockedCidrs: 1, users: 1 };
  const customers = new SqlCustomerBook(db.db, () => db.now, bounds);
  await using origin = await OriginFixture.open({ customers });
  const send = async (method: string, path: string, body: unknown) => {
    const response = await origin.admin(method, path, body);
    const { code, detail } = await response.json();
    return [response.status, code, detail];
  };
  const add = (body: unknown) => send("POST", "/blocklist", body);
  for (const userId of ["ann", "bob"]) assertEquals((await add({ userId }))[0], 201);
  assertEquals(await add({ userId: "cid" }), [
    409,
    "conflict",
    "Cannot block more as the list has at most 2 users: current value is 2",
  ]);
  assertEquals((await send("PUT", "/users/cid", { blocked: true, level: 1 }))[0], 409);
  assertEquals((await customers.getUser("cid")).level, null, "nothing of it was done");
  assertEquals((await add({ userId: "ann" }))[0], 200);
  assertEquals((await add({ cidr: "203.0.113.7" }))[0], 201);
  assertEquals((await add({ cidr: "203.0.113.8" }))[0], 409);
  assertEquals((await send("PUT", "/users/ann", { level: 1 }))[0], 200);
  assertEquals((await send("PUT", "/users/bob", { level: 1 }))[0], 409);
  assertEquals((await send("PUT", "/users/ann", { level: 2 }))[0], 200);
});

Deno.test("a change of the list is in this origin's snapshot when it was read", async () => {
  const { origin, add } = await openList();
  await using _ = origin;
  await origin.openSale();
  const lists = async (have = "") => {
    origin.now += LISTS_PAUSE_MS;
    await origin.lists.refresh();
    return (await (await origin.internal(`/snapshot?lists=${have}`)).json()).lists;
  };
  const first = await lists();
  assertEquals([first.blockedUsers, first.blockedCidrs], [[], []]);
  assertEquals(await lists(first.version), undefined, "left out when it is known");
  const { id } = await (await add({ userId: "ann" })).json();
  await add({ cidr: "203.0.113.0/24" });
  const second = await lists(first.version);
  assertEquals([second.blockedUsers, second.blockedCidrs], [["ann"], ["203.0.113.0/24"]]);
  await origin.admin("DELETE", `/blocklist/${id}`);
  assertEquals((await lists(second.version)).blockedUsers, []);
});

Deno.test("every change has this origin read the lists soon, and waits for no read", async () => {
  let reads = 0;
  const refresh = () => {
    reads += 1;
    return new Promise<void>(() => {});
  };
  await using origin = await OriginFixture.open({
    lists: { current: () => null, since: () => null, refresh: () => Promise.resolve() },
  });
  origin.deps.lists.refresh = refresh;
  const { id } = await (await origin.admin("POST", "/blocklist", { userId: "ann" })).json();
  assertEquals(reads, 1);
  assertEquals((await origin.admin("DELETE", `/blocklist/${id}`)).status, 204);
  assertEquals((await origin.admin("PUT", "/users/ann", { level: 1 })).status, 200);
  assertEquals(reads, 3);
});

Deno.test("a block is stored though this origin cannot read the lists at once", async () => {
  let away = false;
  const refresh = () => away ? Promise.reject(new Error("away")) : Promise.resolve();
  const lists = { current: () => null, since: () => null, refresh };
  await using origin = await OriginFixture.open({ lists });
  away = true;
  assertEquals((await origin.admin("POST", "/blocklist", { userId: "ann" })).status, 201);
});
