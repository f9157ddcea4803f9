import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { contains, parseCidr, parseIp } from "../../shared/ip.ts";
import { NetworkSet } from "./network_set.ts";

const has = (cidrs: string[], address: string) => new NetworkSet(cidrs).has(parseIp(address)!);

Deno.test("NetworkSet has the first and the last address of a network and none beside it", () => {
  for (
    const [cidr, inside, outside] of [
      ["203.0.113.0/24", ["203.0.113.0", "203.0.113.255"], ["203.0.112.255", "203.0.114.0"]],
      ["203.0.113.7/32", ["203.0.113.7"], ["203.0.113.6", "203.0.113.8"]],
      ["128.0.0.0/8", ["128.0.0.0", "128.255.255.255"], ["127.255.255.255", "129.0.0.0"]],
      ["255.255.255.254/31", ["255.255.255.255"], ["255.255.255.253", "0.0.0.0"]],
      ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "2001:db8::1"]],
      ["2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], [
        "2001:db7:ffff::",
        "2001:db9::",
        "32.1.13.184",
      ]],
      ["2001:db8:0:1::/64", ["2001:db8:0:1::9"], ["2001:db8:0:2::9", "2001:db8::9"]],
      ["2001:db8::f0/124", ["2001:db8::ff"], ["2001:db8::ef", "2001:db8::1:f0"]],
      ["::1/128", ["::1"], ["::", "::2", "0.0.0.1"]],
    ] as const
  ) {
    for (const address of inside) assert(has([cidr], address), `${address} in ${cidr}`);
    for (const address of outside) assert(!has([cidr], address), `${address} not in ${cidr}`);
  }
});

Deno.test("NetworkSet knows an IPv4 address however it came", () => {
  assert(has(["203.0.113.0/24"], "::ffff:203.0.113.9"));
  assert(has(["::ffff:203.0.113.0/120"], "203.0.113.9"));
});

Deno.test("NetworkSet says the same as looking at every network", () => {
  // Few different bits, so that addresses meet networks.
  const word = fc.nat(0xff).map((bits) => (bits * 0x01010101) >>> 0);
  const dotted = fc.tuple(word, fc.nat(3)).map(([bits, low]) =>
    [bits >>> 24, (bits >>> 16) & 255, low, bits & 255].join(".")
  );
  const groups = fc.array(fc.constantFrom("0", "1", "ffff"), { minLength: 8, maxLength: 8 })
    .map((parts) => parts.join(":"));
  const cidrs = fc.oneof(
    fc.tuple(dotted, fc.nat(32)),
    fc.tuple(groups, fc.nat(128)),
  ).map(([address, prefix]) => `${address}/${prefix}`);
  // All but mapped addresses with a prefix that leaves their range.
  const list = fc.array(cidrs.filter((cidr) => parseCidr(cidr) !== null), { maxLength: 12 });
  const addresses = fc.array(fc.oneof(dotted, groups), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(list, addresses, (list, addresses) => {
    const networks = new NetworkSet(list);
    const ranges = list.map((cidr) => parseCidr(cidr)!);
    for (const text of addresses) {
      const ip = parseIp(text)!;
      assertEquals(networks.has(ip), ranges.some((range) => contains(range, ip)), text);
    }
  }));
});

Deno.test("NetworkSet counts a network once and refuses what is none", () => {
  assertEquals(new NetworkSet(["203.0.113.0/24", "203.0.113.9/24", "::/0"]).size, 2);
  const networks = new NetworkSet();
  assertEquals(networks.size, 0);
  for (const cidr of ["10.0.0.0/8", "10.0.0.0/9", "10.9.9.9/8", "1000::/8"]) networks.add(cidr);
  assertEquals(networks.size, 3);
  assertThrows(() => new NetworkSet(["example.com"]), TypeError, "current value is example.com");
});
