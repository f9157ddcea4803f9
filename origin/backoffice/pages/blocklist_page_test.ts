import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { blockLines, MAX_BLOCK_LINES, readBlockLine } from "../block_lines.ts";

async function openOffice() {
  const origin = await OriginFixture.open();
  origin.signIn("operator");
  const html = async (path: string) => await (await origin.page(path)).text();
  const blocked = async () => {
    const { items } = await origin.customers.listBlocked({}, 1, 200);
    return items.map((entry) => "userId" in entry ? entry.userId : entry.cidr).sort();
  };
  return { origin, html, blocked };
}

Deno.test("users, addresses and networks are blocked, looked up and lifted", async () => {
  const { origin, html, blocked } = await openOffice();
  await using _ = origin;
  assertStringIncludes(await html("/blocklist"), "Nobody is blocked");
  for (const entry of ["ann", " 203.0.113.7 ", "2001:db8::/32", "user:10.0.0.1"]) {
    assertEquals((await origin.page("/blocklist", { entry })).status, 303, entry);
  }
  assertEquals(await blocked(), ["10.0.0.1", "2001:db8::/32", "203.0.113.7/32", "ann"]);
  const found = await html("/blocklist?find=203.0.113.7");
  assert(found.includes("<code>203.0.113.7/32") && !found.includes("<code>2001:db8::/32"));
  assertStringIncludes(await html("/blocklist?find=eve"), "Not blocked");
  assertStringIncludes(await html("/blocklist?find=1.2.3.4/99"), "This must be an IPv4 or IPv6");
  const [entry] = (await origin.customers.listBlocked({ userId: "ann" }, 1, 1)).items;
  assertEquals((await origin.page(`/blocklist/${entry!.id}/remove`, {})).status, 303);
  assertEquals((await blocked()).includes("ann"), false);
  const again = await origin.page(`/blocklist/${entry!.id}/remove`, {});
  assertStringIncludes(
    decodeURIComponent(again.headers.get("set-cookie") ?? ""),
    "lifted this block",
  );
});

Deno.test("an entry that is refused is told beside its field and kept there", async () => {
  const { origin, blocked } = await openOffice();
  await using _ = origin;
  const faults: [string, string][] = [
    ["", "Enter a user id, an address or a network."],
    ["a b", "A user id must be 1 to 64 of"],
    ["10.0.0.0/4", "A network must not be wider than /8"],
    ["1.2.3.4/99", "A network must be an IPv4"],
    ["user:", "A user id must be 1 to 64 of"],
  ];
  for (const [entry, text] of faults) {
    const response = await origin.page("/blocklist", { entry });
    const html = await response.text();
    assertEquals(response.status, 422, entry);
    assertStringIncludes(html, text);
    assertStringIncludes(html, `value="${entry}"`);
  }
  assertEquals(await blocked(), []);
});

Deno.test("many entries are taken line by line, and each line's end is told", async () => {
  const { origin, blocked } = await openOffice();
  await using _ = origin;
  await origin.customers.block({ userId: "bob" });
  const entries = "ann\r\n\r\nbob\r\n10.0.0.0/4\r\n198.51.100.0/24\r\nann\r\na b\r\n<b>\r\n";
  const response = await origin.page("/blocklist/many", { entries });
  const html = await response.text();
  assertEquals(response.status, 200);
  assertStringIncludes(html, "2 blocked, 1 blocked before, 3 not taken.");
  for (const part of ["The user ann is blocked now.", "The user bob was blocked before."]) {
    assertStringIncludes(html, part);
  }
  assertStringIncludes(html, "<code>&lt;b&gt;</code>");
  // What was not taken stays in the field, to be mended.
  assertStringIncludes(html, "10.0.0.0/4\na b\n&lt;b&gt;</textarea>");
  assertEquals(await blocked(), ["198.51.100.0/24", "ann", "bob"]);
  const many = Array.from({ length: MAX_BLOCK_LINES + 1 }, (_, at) => `u${at}`).join("\n");
  for (const [entries, text] of [["", "Enter one entry a line."], [many, "At most 500 lines"]]) {
    const refused = await origin.page("/blocklist/many", { entries: entries! });
    assertEquals(refused.status, 422);
    assertStringIncludes(await refused.text(), text!);
  }
});

Deno.test("viewers see the block list and no way to change it", async () => {
  const { origin, html } = await openOffice();
  await using _ = origin;
  await origin.customers.block({ userId: "ann" });
  origin.signIn("viewer");
  const shown = await html("/blocklist");
  assert(shown.includes("ann") && !shown.includes("Block somebody"));
  assert(!shown.includes("Lift the block"));
  const refused = await origin.page("/blocklist/many", { entries: "bob" });
  assertStringIncludes(await refused.text(), "1 not taken");
});

Deno.test("readBlockLine() tells networks from users", () => {
  const read = (line: string) => readBlockLine(line);
  assertEquals(read("ann"), { userId: "ann" });
  assertEquals(read("203.0.113.7"), { cidr: "203.0.113.7" });
  assertEquals(read("::1"), { cidr: "::1" });
  assertEquals(read("1.2.3.4/99"), { cidr: "1.2.3.4/99" });
  assertEquals(read("1.2.3.999"), { userId: "1.2.3.999" });
  assertEquals(read("USER: 1.2.3.4"), { userId: "1.2.3.4" });
  assertEquals(blockLines(" a \r\n\n a\nb"), ["a", "b"]);
});
