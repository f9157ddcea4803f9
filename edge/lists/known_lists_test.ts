import { assert, assertEquals } from "@std/assert";
import type { Session } from "../../shared/session.ts";
import { KnownLists } from "./known_lists.ts";

const EMPTY = {
  version: "1.0",
  blockedUsers: [],
  blockedCidrs: [],
  users: [],
  expiredHolds: [],
};

async function known(lists: Record<string, unknown> = {}) {
  const all = new KnownLists();
  assertEquals(await all.take({ ...EMPTY, ...lists }), []);
  return all;
}

const at = (text: string) => ({ text, key: text });
const ann: Session = {
  userId: "ann",
  level: 2,
  expiresAt: 0,
  claims: { tier: "silver", region: "EU" },
};

Deno.test("KnownLists blocks users by their whole id", async () => {
  const lists = await known({ blockedUsers: ["ann", "bob"] });
  assertEquals(["ann", "bob", "an", "Ann", "cid"].map((one) => lists.blocksUser(one)), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("KnownLists blocks addresses, again after every change of the list", async () => {
  const lists = await known();
  const asks = () =>
    ["203.0.113.9", "::ffff:203.0.113.9", "198.51.100.1", "2001:db8::9", "nonsense", ""]
      .map((text) => lists.blocksAddress(at(text)));
  assertEquals(asks(), [false, false, false, false, false, false]);
  await lists.take({ ...EMPTY, blockedCidrs: ["203.0.113.0/24"] });
  assertEquals(asks(), [true, true, false, false, false, false]);
  assertEquals(asks(), [true, true, false, false, false, false], "from what was remembered");
  await lists.take({ ...EMPTY, blockedCidrs: ["2001:db8::/32", "198.51.100.1/32"] });
  assertEquals(asks(), [false, false, true, true, false, false]);
  await lists.take(EMPTY);
  assertEquals(asks(), [false, false, false, false, false, false]);
});

Deno.test("KnownLists remembers a bounded number of addresses and stays right", async () => {
  const lists = await known({ blockedCidrs: ["10.0.0.0/17"] });
  let blocked = 0;
  for (let at = 0; at < 65_536; at += 1) {
    const text = `10.0.${at >>> 8}.${at & 255}`;
    if (lists.blocksAddress({ text, key: text })) blocked += 1;
  }
  assertEquals(blocked, 32_768);
});

Deno.test("KnownLists lets the table's word go before the token's", async () => {
  const { level, claims } = ann;
  const profile = async (users: unknown) => (await known({ users })).profileOf(ann);
  assertEquals(await profile([]), { level, claims });
  assertEquals(await profile([["bob", 9, null]]), { level, claims });
  assertEquals(await profile([["ann", 0, null]]), { level: 0, claims });
  assertEquals(await profile([["ann", null, { tier: "gold" }]]), {
    level,
    claims: { tier: "gold", region: "EU" },
  });
  assertEquals(await profile([["ann", -1, {}]]), { level: -1, claims });
  const plain = await known({ users: [["ann", null, { tier: "gold" }]] });
  assertEquals(plain.profileOf({ userId: "ann", level: 1, expiresAt: 0 }), {
    level: 1,
    claims: { tier: "gold" },
  });
});

Deno.test("KnownLists tells expired holds by sale and user", async () => {
  const lists = await known({ expiredHolds: [[1, "ann", 2], [2, "ann", 1], [1, "bob", 7]] });
  assertEquals(
    ([[1, "ann"], [2, "ann"], [1, "bob"], [2, "bob"], [3, "ann"]] as const)
      .map(([saleId, userId]) => lists.expiredHolds(saleId, userId)),
    [2, 1, 7, 0, 0],
  );
});

Deno.test("KnownLists keeps a list when the next one cannot be read, and takes the others", async () => {
  const lists = await known({ blockedUsers: ["ann"], blockedCidrs: ["203.0.113.0/24"] });
  for (
    const wrong of [
      null,
      7,
      "203.0.113.0/24",
      { length: 2 },
      [7],
      [null],
      ["203.0.113.0/24", "10.0.0.0/33"],
      [["203.0.113.0/24"]],
    ]
  ) {
    const faults = await lists.take({
      ...EMPTY,
      version: "2",
      blockedCidrs: wrong,
      blockedUsers: ["bob"],
    });
    assertEquals(faults.length, 1, JSON.stringify(wrong));
    assertEquals(faults[0]!.startsWith("blockedCidrs: "), true);
    assertEquals(lists.blocksAddress(at("203.0.113.9")), true);
    assertEquals([lists.blocksUser("ann"), lists.blocksUser("bob")], [false, true]);
    assertEquals(lists.version, "2", "the same lists need not be told again");
  }
  for (
    const [name, wrong] of [
      ["blockedUsers", [{ userId: "ann" }]],
      ["users", [["ann", "3", null]]],
      ["users", [["ann", 3]]],
      ["users", [["ann", 3, "gold"]]],
      ["users", [["ann", 3, { tier: 1 }]]],
      ["users", [{}]],
      ["expiredHolds", [["1", "ann", 1]]],
      ["expiredHolds", [[1, "ann", 1.5]]],
      ["expiredHolds", {}],
    ] as const
  ) {
    const [fault] = await lists.take({ ...EMPTY, [name]: wrong });
    assertEquals(fault?.split(":")[0], name, JSON.stringify(wrong));
  }
  for (const nothing of [null, undefined, 7, [], {}]) {
    assertEquals(await lists.take(nothing), ["version: must be text"]);
  }
});

Deno.test("KnownLists keeps the lists that are left out", async () => {
  const lists = await known({
    blockedUsers: ["ann"],
    blockedCidrs: ["203.0.113.0/24"],
    users: [["ann", 7, null]],
    expiredHolds: [[1, "ann", 1]],
  });
  assertEquals(await lists.take({ version: "1.1", expiredHolds: [[1, "bob", 2]] }), []);
  assertEquals([lists.version, lists.expiredHolds(1, "ann"), lists.expiredHolds(1, "bob")], [
    "1.1",
    0,
    2,
  ]);
  assertEquals([lists.blocksUser("ann"), lists.blocksAddress(at("203.0.113.9"))], [true, true]);
  assertEquals(lists.profileOf(ann).level, 7);
});

Deno.test("KnownLists takes more fields than it knows", async () => {
  const lists = await known({
    users: [["ann", 3, null, "more"]],
    expiredHolds: [[1, "ann", 2, 99]],
    notes: ["new"],
  });
  assertEquals(lists.profileOf(ann).level, 3);
  assertEquals(lists.expiredHolds(1, "ann"), 2);
});

Deno.test("KnownLists reads long lists in slices, and puts them in force together", async () => {
  let pauses = 0;
  const inForce = new Set<string>();
  const lists: KnownLists = new KnownLists(() => {
    pauses += 1;
    const { counts } = lists;
    inForce.add(`${lists.version} ${Object.values(counts)} ${lists.expiredHolds(1, "user-9")}`);
    return Promise.resolve();
  });
  await lists.take({ ...EMPTY, blockedUsers: ["ann"] });
  assertEquals(pauses, 0);
  const names = Array.from({ length: 10_000 }, (_, at) => `user-${at}`);
  await lists.take({
    version: "2.0",
    blockedUsers: names,
    blockedCidrs: names.map((_, at) => `10.${at >>> 8}.${at & 255}.0/24`),
    users: names.map((name) => [name, 1, null]),
    expiredHolds: names.map((name) => [1, name, 2]),
  });
  assertEquals(inForce, new Set(["1.0 1,0,0 0"]), "all that was seen between the slices");
  assertEquals(lists.counts, { blockedUsers: 10_000, blockedNetworks: 10_000, profiles: 10_000 });
  assertEquals(lists.expiredHolds(1, "user-9"), 2);
  // At most 2,500 entries in one go.
  assert(pauses >= 4 * 3, String(pauses));
});

Deno.test("KnownLists lets the newer lists win that come while others are read", async () => {
  const resume: (() => void)[] = [];
  const lists = new KnownLists(() => new Promise((resolve) => resume.push(resolve)));
  const names = Array.from({ length: 3_000 }, (_, at) => `user-${at}`);
  const older = lists.take({ ...EMPTY, version: "2.0", blockedUsers: names });
  assertEquals(await lists.take({ ...EMPTY, version: "3.0", blockedUsers: ["bob"] }), []);
  for (const go of resume) go();
  assertEquals(await older, []);
  assertEquals([lists.version, lists.blocksUser("bob"), lists.blocksUser("user-1")], [
    "3.0",
    true,
    false,
  ]);
});
