import { assertEquals } from "@std/assert";
import type { Session } from "../../shared/session.ts";
import { KnownLists } from "./known_lists.ts";

const EMPTY = {
  version: "1.0",
  blockedUsers: [],
  blockedCidrs: [],
  users: [],
  expiredHolds: [],
};

function known(lists: Record<string, unknown> = {}) {
  const all = new KnownLists();
  assertEquals(all.take({ ...EMPTY, ...lists }), []);
  return all;
}

const at = (text: string) => ({ text, key: text });
const ann: Session = {
  userId: "ann",
  level: 2,
  expiresAt: 0,
  claims: { tier: "silver", region: "EU" },
};

Deno.test("KnownLists blocks users by their whole id", () => {
  const lists = known({ blockedUsers: ["ann", "bob"] });
  assertEquals(["ann", "bob", "an", "Ann", "cid"].map((one) => lists.blocksUser(one)), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("KnownLists blocks addresses, again after every change of the list", () => {
  const lists = known();
  const asks = () =>
    ["203.0.113.9", "::ffff:203.0.113.9", "198.51.100.1", "2001:db8::9", "nonsense", ""]
      .map((text) => lists.blocksAddress(at(text)));
  assertEquals(asks(), [false, false, false, false, false, false]);
  lists.take({ ...EMPTY, blockedCidrs: ["203.0.113.0/24"] });
  assertEquals(asks(), [true, true, false, false, false, false]);
  assertEquals(asks(), [true, true, false, false, false, false], "from what was remembered");
  lists.take({ ...EMPTY, blockedCidrs: ["2001:db8::/32", "198.51.100.1/32"] });
  assertEquals(asks(), [false, false, true, true, false, false]);
  lists.take(EMPTY);
  assertEquals(asks(), [false, false, false, false, false, false]);
});

Deno.test("KnownLists remembers a bounded number of addresses and stays right", () => {
  const lists = known({ blockedCidrs: ["10.0.0.0/17"] });
  let blocked = 0;
  for (let at = 0; at < 65_536; at += 1) {
    const text = `10.0.${at >>> 8}.${at & 255}`;
    if (lists.blocksAddress({ text, key: text })) blocked += 1;
  }
  assertEquals(blocked, 32_768);
});

Deno.test("KnownLists lets the table's word go before the token's", () => {
  const { level, claims } = ann;
  const profile = (users: unknown) => known({ users }).profileOf(ann);
  assertEquals(profile([]), { level, claims });
  assertEquals(profile([["bob", 9, null]]), { level, claims });
  assertEquals(profile([["ann", 0, null]]), { level: 0, claims });
  assertEquals(profile([["ann", null, { tier: "gold" }]]), {
    level,
    claims: { tier: "gold", region: "EU" },
  });
  assertEquals(profile([["ann", -1, {}]]), { level: -1, claims });
  const plain = known({ users: [["ann", null, { tier: "gold" }]] });
  assertEquals(plain.profileOf({ userId: "ann", level: 1, expiresAt: 0 }), {
    level: 1,
    claims: { tier: "gold" },
  });
});

Deno.test("KnownLists tells expired holds by sale and user", () => {
  const lists = known({ expiredHolds: [[1, "ann", 2], [2, "ann", 1], [1, "bob", 7]] });
  assertEquals(
    ([[1, "ann"], [2, "ann"], [1, "bob"], [2, "bob"], [3, "ann"]] as const)
      .map(([saleId, userId]) => lists.expiredHolds(saleId, userId)),
    [2, 1, 7, 0, 0],
  );
});

Deno.test("KnownLists keeps a list when the next one cannot be read, and takes the others", () => {
  const lists = known({ blockedUsers: ["ann"], blockedCidrs: ["203.0.113.0/24"] });
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
    const faults = lists.take({
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
    const [fault] = lists.take({ ...EMPTY, [name]: wrong });
    assertEquals(fault?.split(":")[0], name, JSON.stringify(wrong));
  }
  for (const nothing of [null, undefined, 7, [], {}]) {
    assertEquals(lists.take(nothing), ["version: must be text"]);
  }
});

Deno.test("KnownLists keeps the lists that are left out", () => {
  const lists = known({
    blockedUsers: ["ann"],
    blockedCidrs: ["203.0.113.0/24"],
    users: [["ann", 7, null]],
    expiredHolds: [[1, "ann", 1]],
  });
  assertEquals(lists.take({ version: "1.1", expiredHolds: [[1, "bob", 2]] }), []);
  assertEquals([lists.version, lists.expiredHolds(1, "ann"), lists.expiredHolds(1, "bob")], [
    "1.1",
    0,
    2,
  ]);
  assertEquals([lists.blocksUser("ann"), lists.blocksAddress(at("203.0.113.9"))], [true, true]);
  assertEquals(lists.profileOf(ann).level, 7);
});

Deno.test("KnownLists takes more fields than it knows", () => {
  const lists = known({
    users: [["ann", 3, null, "more"]],
    expiredHolds: [[1, "ann", 2, 99]],
    notes: ["new"],
  });
  assertEquals(lists.profileOf(ann).level, 3);
  assertEquals(lists.expiredHolds(1, "ann"), 2);
});
