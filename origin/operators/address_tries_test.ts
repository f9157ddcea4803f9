import { assert, assertEquals } from "@std/assert";
import { AddressTries, placeOf } from "./address_tries.ts";

Deno.test("AddressTries lets thirty through and then one every two seconds", () => {
  const tries = new AddressTries();
  let nowMs = 1_000;
  const taken = () => tries.take("198.51.100.7", nowMs);
  for (let n = 0; n < 30; n += 1) assertEquals(taken(), 0);
  assertEquals(taken(), 2_000);
  assertEquals(taken(), 2_000, "a refused try costs nothing");
  nowMs += 1_999;
  assertEquals(taken(), 1);
  nowMs += 1;
  assertEquals([taken(), taken()], [0, 2_000]);
  tries.giveBack("198.51.100.7");
  assertEquals([taken(), taken()], [0, 2_000]);
  nowMs += 3_600_000;
  for (let n = 0; n < 30; n += 1) assertEquals(taken(), 0);
  assert(taken() > 0);
});

Deno.test("AddressTries counts a customer's network as one, and addresses apart", () => {
  const tries = new AddressTries();
  for (let n = 0; n < 30; n += 1) {
    assertEquals(tries.take(`2001:db8::${n.toString(16)}`, 1_000), 0);
  }
  assert(tries.take("2001:db8::ffff", 1_000) > 0);
  assertEquals(tries.take("2001:db8:0:1::1", 1_000), 0);
  assertEquals(tries.take("198.51.100.7", 1_000), 0);
  assertEquals(tries.take("::ffff:198.51.100.7", 1_000), 0);
  assertEquals(tries.size, 3);
});

Deno.test("AddressTries remembers ten thousand addresses", () => {
  const tries = new AddressTries();
  for (let n = 0; n < 30; n += 1) tries.take("198.51.100.7", 1_000);
  for (let n = 0; n < 20_000; n += 1) {
    tries.take(`11.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 2_000);
  }
  assertEquals(tries.size, 10_000);
  assertEquals(tries.take("198.51.100.7", 3_000), 0, "the oldest went first");
  tries.giveBack("192.0.2.1");
  assertEquals(tries.size, 10_000);
});

Deno.test("AddressTries leaves alone what many people may stand behind", () => {
  const tries = new AddressTries();
  const shared = ["127.0.0.1", "10.9.8.7", "172.16.0.1", "192.168.1.1", "169.254.0.1", "::1"];
  for (const peer of [...shared, "fd12::1", "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", ""]) {
    for (let n = 0; n < 100; n += 1) assertEquals(tries.take(peer, 1_000), 0, peer);
    tries.giveBack(peer);
    assertEquals(placeOf(peer), null);
  }
  assertEquals(tries.size, 0);
  for (const peer of ["172.32.0.1", "11.0.0.1", "192.169.0.1", "2001:db8::1"]) {
    assert(placeOf(peer) !== null, peer);
  }
});
