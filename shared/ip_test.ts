import { assertEquals } from "@std/assert";
import { contains, parseCidr, parseIp, rangeAround } from "./ip.ts";

Deno.test("parseIp() gives each address its one text", () => {
  const forms: [string, string][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
    ["::203.0.113.7", "::cb00:7107"],
    ["64:ff9b::203.0.113.7", "64:ff9b::cb00:7107"],
    ["2002:cb00:7107::1", "2002:cb00:7107::1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ];
  for (const [text, normal] of forms) assertEquals(parseIp(text)?.text, normal, text);
});

Deno.test("parseIp() refuses everything else", () => {
  const texts = [
    ..."|1.2.3|1.2.3.4.5|1.2.3.|.1.2.3|1..2.3|256.1.1.1|1.2.3.1000|01.2.3.4|1.2.3.00|+1.2.3.4"
      .split("|"),
    ..."1.2.3.4 | 1.2.3.4|1.2.3.4:80|0x1.2.3.4|1.2.3.4/32|١.٢.٣.٤|1,2,3,4|-1.2.3.4|1e1.2.3.4"
      .split("|"),
    ...":|:::|1:::2|1::2::3|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|1:2:3:4:5:6:7:8::|::1:2:3:4:5:6:7:8"
      .split("|"),
    ..."[::1]|fe80::1%eth0|12345::|g::|::1.2.3|1.2.3.4::|::1.2.3.4:5|1.2.3.4:1::|1:2:3:4:5:6:7:1.2.3.4"
      .split("|"),
    ..."::1 | ::1|1:2:3:4:5:6:7:|:1:2:3:4:5:6:7|unknown|_hidden|localhost".split("|"),
    "0".repeat(46),
    `::${"0".repeat(50)}1`,
  ];
  for (const text of texts) assertEquals(parseIp(text), null, JSON.stringify(text));
});

Deno.test("parseIp() reads back what it wrote", () => {
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647) & 0xffff;
  for (let round = 0; round < 2_000; round += 1) {
    const groups = Array.from({ length: 8 }, () => next() % 3 === 0 ? 0 : next());
    const text = groups.map((group) => group.toString(16)).join(":");
    const ip = parseIp(text)!;
    assertEquals(parseIp(ip.text), ip, text);
  }
});

Deno.test("parseCidr() gives each range its one text", () => {
  const forms: [string, string][] = [
    ["203.0.113.7", "203.0.113.7/32"],
    ["203.0.113.7/24", "203.0.113.0/24"],
    ["10.255.255.255/9", "10.128.0.0/9"],
    ["1.2.3.4/0", "0.0.0.0/0"],
    ["::ffff:10.1.2.3/104", "10.0.0.0/8"],
    ["::ffff:10.1.2.3", "10.1.2.3/32"],
    ["::ffff:10.1.2.3/96", "0.0.0.0/0"],
    ["::ffff:10.1.2.3/97", "0.0.0.0/1"],
    ["::fffe:10.1.2.3/95", "::fffe:0:0/95"],
    ["2001:db8:ffff::/33", "2001:db8:8000::/33"],
    ["2001:db8::1", "2001:db8::1/128"],
    ["::/0", "::/0"],
  ];
  for (const [text, normal] of forms) assertEquals(parseCidr(text)?.text, normal, text);
  for (const text of ["", "/8", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/08", "::/129", "::/-1", "a/8"]) {
    assertEquals(parseCidr(text), null, text);
  }
  // The range of a mapped address would be one of IPv6, which no IPv4 address is ever in.
  for (const text of ["::ffff:0:0/95", "::ffff:0:0/90", "::ffff:0:0/80", "::ffff:1.2.3.4/24"]) {
    assertEquals(parseCidr(text), null, text);
  }
  for (const text of ["1.2.3.4/8/8", "1.2.3.4/ 8", "1.2.3.4/255.0.0.0", "fe80::1%1/64"]) {
    assertEquals(parseCidr(text), null, text);
  }
});

Deno.test("contains() compares the bits of the prefix within one family", () => {
  const cases: [string, string, boolean][] = [
    ["203.0.113.0/24", "203.0.113.255", true],
    ["203.0.113.0/24", "203.0.114.0", false],
    ["203.0.113.128/25", "203.0.113.127", false],
    ["203.0.113.7/32", "::ffff:203.0.113.7", true],
    ["0.0.0.0/0", "255.0.0.1", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "1.2.3.4", false],
    ["::/0", "ffff::", true],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::", false],
    ["2001:db8:0:4::/62", "2001:db8:0:7::1", true],
    ["2001:db8:0:4::/62", "2001:db8:0:8::1", false],
    ["2001:db8::1/128", "2001:db8::2", false],
  ];
  for (const [range, ip, expected] of cases) {
    assertEquals(contains(parseCidr(range)!, parseIp(ip)!), expected, `${range} ${ip}`);
  }
});

Deno.test("rangeAround() clears what is behind the prefix", () => {
  assertEquals(rangeAround(parseIp("2001:db8:1:2:3::4")!, 64).text, "2001:db8:1:2::/64");
  assertEquals(rangeAround(parseIp("203.0.113.7")!, 16).text, "203.0.0.0/16");
});
