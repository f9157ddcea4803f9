import { assertEquals, assertNotEquals } from "@std/assert";
import { type IpRange, parseCidr } from "../../shared/ip.ts";
import { TrustedProxies } from "./client_address.ts";

const PROXY = "10.0.0.1";

function proxies(...cidrs: string[]): TrustedProxies {
  return new TrustedProxies(cidrs.map((cidr): IpRange => parseCidr(cidr)!));
}

/** The client's address and key, as `text key`, or one of them when they are the same. */
function clientOf(trusted: TrustedProxies, peer: string, forwarded: string | null = null): string {
  const headers = new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded });
  const { text, key } = trusted.clientOf(peer, headers);
  return text === key ? text : `${text} ${key}`;
}

Deno.test("clientOf() gives each peer its one form, IPv6 by /64", () => {
  const forms: [string, string][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6 2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80::1 fe80::/64"],
    ["::1", "::1 ::/64"],
    ["64:ff9b::203.0.113.7", "64:ff9b::cb00:7107 64:ff9b::/64"],
    ["2002:cb00:7107::1", "2002:cb00:7107::1 2002:cb00:7107::/64"],
    ["@unix", "@unix"],
  ];
  for (const [peer, form] of forms) {
    assertEquals(clientOf(proxies(), peer, "192.0.2.1"), form, peer);
  }
});

Deno.test("clientOf() takes the right-most untrusted hop", () => {
  const trusted = proxies("10.0.0.0/8", "2001:db8:ffff::/48");
  const walks: [string, string, string][] = [
    [PROXY, "203.0.113.7", "203.0.113.7"],
    ["::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["2001:db8:ffff::1%2", "203.0.113.7", "203.0.113.7"],
    [PROXY, "198.51.100.1, 203.0.113.7", "203.0.113.7"],
    [PROXY, "198.51.100.1,203.0.113.7,10.0.0.2", "203.0.113.7"],
    [PROXY, "203.0.113.7\t,  10.0.0.2 ,::ffff:10.9.9.9", "203.0.113.7"],
    [PROXY, "203.0.113.7:4711", "203.0.113.7"],
    [PROXY, "[2001:db8::7]:4711", "2001:db8::7 2001:db8::/64"],
    [PROXY, "[2001:db8::7]", "2001:db8::7 2001:db8::/64"],
    [PROXY, "fe80::7%eth0", "fe80::7 fe80::/64"],
    // All of them trusted: the machine farthest out is the client.
    [PROXY, "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    [PROXY, "", PROXY],
    ["192.0.2.1", "203.0.113.7", "192.0.2.1"],
  ];
  for (const [peer, forwarded, client] of walks) {
    assertEquals(clientOf(trusted, peer, forwarded), client, `${peer} ${forwarded}`);
  }
  assertEquals(clientOf(trusted, PROXY), PROXY, "no header");
});

Deno.test("clientOf() stops at the proxy that passed on what is no address", () => {
  const trusted = proxies("10.0.0.0/8");
  const words = "unknown|_hidden||203.0.113|203.0.113.7.1|203.0.113.07|1.2.3.4 5|[1.2.3.4|1.2.3.4]"
    .split("|").concat('"203.0.113.7"', "for=203.0.113.7", "203.0.113.7:x", "x".repeat(10_000));
  for (const word of words) {
    assertEquals(clientOf(trusted, PROXY, word), PROXY, word);
    assertEquals(clientOf(trusted, PROXY, `198.51.100.1, ${word}`), PROXY, word);
    assertEquals(clientOf(trusted, PROXY, `${word}, 10.0.0.2`), "10.0.0.2", word);
    assertEquals(clientOf(trusted, PROXY, `${word}, 203.0.113.7`), "203.0.113.7", word);
  }
});

Deno.test("clientOf() walks past a bounded number of proxies", () => {
  const hops = Array.from({ length: 1_000 }, (_, at) => `10.0.${at >>> 8}.${at & 255}`);
  const forwarded = ["203.0.113.7", ...hops].join(", ");
  assertEquals(clientOf(proxies("10.0.0.0/8"), PROXY, forwarded), hops[1_000 - 32]);
});

/** What someone might write into his own forwarding headers, 1,000 forms of it. */
function forgedForms(): string[] {
  let state = 7;
  const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
  const address = () =>
    [
      () => `${next(256)}.${next(256)}.${next(256)}.${next(256)}`,
      () => `10.0.0.${next(256)}`,
      () => `::ffff:${next(256)}.${next(256)}.0.1`,
      () => `2001:db8:${next(65_536).toString(16)}::${next(65_536).toString(16)}`,
      () => `[2001:db8::${next(65_536).toString(16)}]:${next(65_536)}`,
      () => `192.0.2.${next(256)}:${next(65_536)}`,
      () => "127.0.0.1",
      () => "unknown",
      () => "",
      () => " ".repeat(next(200)),
      () => "é".repeat(next(9)),
      () => "9".repeat(next(400)),
      () => `fe80::1%${"z".repeat(next(90))}`,
      () => `"10.0.0.1"`,
    ][next(14)]!();
  return Array.from({ length: 1_000 }, () => {
    const parts = Array.from({ length: 1 + next(12) }, address);
    return parts.join([",", ", ", " ,", ",,", ";"][next(5)]!);
  });
}

Deno.test("Forged forwarding headers change the key in 0 of 1,000 forms", () => {
  const trusted = proxies("10.0.0.0/8", "127.0.0.0/8");
  const direct = { peer: "203.0.113.9", changed: 0 };
  const behind = { peer: PROXY, changed: 0 };
  const far = { peer: PROXY, changed: 0 };
  const forms = forgedForms();
  for (const form of forms) {
    const headers = new Headers({ "x-forwarded-for": form });
    for (
      const name of ["x-real-ip", "forwarded", "client-ip", "cf-connecting-ip", "true-client-ip"]
    ) {
      headers.set(name, form);
    }
    if (trusted.clientOf(direct.peer, headers).key !== "203.0.113.9") direct.changed += 1;
    if (proxies().clientOf(direct.peer, headers).key !== "203.0.113.9") direct.changed += 1;
    // The proxy adds whom it was called by: to the same line, or as a line of its own.
    const joined = new Headers({ "x-forwarded-for": `${form}, 203.0.113.9` });
    if (trusted.clientOf(behind.peer, joined).key !== "203.0.113.9") behind.changed += 1;
    headers.append("x-forwarded-for", "203.0.113.9");
    if (trusted.clientOf(behind.peer, headers).key !== "203.0.113.9") behind.changed += 1;
    headers.append("x-forwarded-for", "10.7.7.7");
    if (trusted.clientOf(far.peer, headers).key !== "203.0.113.9") far.changed += 1;
  }
  console.log(
    `forged forwarding headers, ${forms.length} forms: key changed ${direct.changed} times from an ` +
      `untrusted peer, ${behind.changed} behind a trusted proxy, ${far.changed} behind two`,
  );
  assertEquals([forms.length, direct.changed, behind.changed, far.changed], [1_000, 0, 0, 0]);
  assertEquals(new Set(forms).size > 950, true, "the forms differ");
});

Deno.test("One million addresses of one /64 are one place", () => {
  const trusted = proxies();
  const headers = new Headers();
  const keys = new Set<string>();
  for (let at = 0; at < 1_000_000; at += 1) {
    const low = (Math.imul(at, 2_654_435_761) >>> 0).toString(16);
    keys.add(
      trusted.clientOf(`2001:db8:1:2:${(at & 0xffff).toString(16)}::${low.slice(-4)}`, headers).key,
    );
  }
  console.log(`one million addresses of one /64: ${keys.size} key`);
  assertEquals([...keys], ["2001:db8:1:2::/64"]);
  const next = trusted.clientOf("2001:db8:1:3::1", headers).key;
  assertNotEquals(next, "2001:db8:1:2::/64");
});
