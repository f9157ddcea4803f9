import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { claimLines, readClaimLines } from "../claim_lines.ts";

async function openOffice(role: "viewer" | "operator" = "operator") {
  const origin = await OriginFixture.open();
  origin.signIn(role);
  const html = async (path: string) => await (await origin.page(path)).text();
  return { origin, html };
}

Deno.test("users are listed, filtered by block, and any id can be looked up", async () => {
  const { origin, html } = await openOffice();
  await using _ = origin;
  assertStringIncludes(await html("/users"), "Nobody is treated differently");
  await origin.customers.changeUser("vip@shop", { level: 5, claims: { tier: "gold" } });
  await origin.customers.changeUser("mallory", { blocked: true });
  const all = await html("/users");
  for (const part of ["vip@shop", "tier = gold", "mallory", "/admin/orders?userId=mallory"]) {
    assertStringIncludes(all, part);
  }
  assert(!(await html("/users?blocked=true")).includes("vip@shop"));
  assert(!(await html("/users?blocked=false")).includes("mallory"));
  const found = await origin.page("/users?id=somebody.new");
  assertEquals([found.status, found.headers.get("location")], [303, "/admin/users/somebody.new"]);
  const none = await origin.page("/users?id=a%20b");
  assertEquals(none.status, 422);
  assertStringIncludes(await none.text(), "A user id has 1 to 64 of");
});

Deno.test("a user without a row is shown, given a level and claims, and left to the shop again", async () => {
  const { origin, html } = await openOffice();
  await using _ = origin;
  assertStringIncludes(await html("/users/ann"), "May buy");
  const was = { wasLevel: "", wasClaims: "" };
  const sent = await origin.page("/users/ann", {
    ...was,
    level: " 3 ",
    claims: "tier = gold\r\n\r\nregion=eu=west\r\n",
  });
  assertEquals([sent.status, sent.headers.get("location")], [303, "/admin/users/ann"]);
  assertEquals(await origin.customers.getUser("ann"), {
    userId: "ann",
    level: 3,
    blocked: false,
    claims: { tier: "gold", region: "eu=west" },
  });
  const shown = await html("/users/ann");
  assertMatch(shown, /name="level"[^>]*value="3"/);
  assertStringIncludes(shown, "tier = gold\nregion = eu=west");
  await origin.page("/users/ann", {
    wasLevel: "3",
    wasClaims: "tier = gold\r\nregion = eu=west",
    level: "",
    claims: "",
  });
  assertEquals((await origin.customers.getUser("ann")).level, null);
  assertEquals((await origin.customers.getUser("ann")).claims, null);
});

Deno.test("what nobody changed in the form is not sent", async () => {
  const { origin } = await openOffice();
  await using _ = origin;
  await origin.customers.changeUser("ann", { level: 1, claims: { tier: "gold" } });
  // Another operator saves between the two.
  await origin.customers.changeUser("ann", { level: 9 });
  const form = { wasLevel: "1", level: "1", wasClaims: "tier = gold" };
  await origin.page("/users/ann", { ...form, claims: "tier = silver" });
  const { level, claims } = await origin.customers.getUser("ann");
  assertEquals([level, claims], [9, { tier: "silver" }]);
});

Deno.test("faults of a user's form stand beside their fields, with what was typed", async () => {
  const { origin } = await openOffice();
  await using _ = origin;
  const was = { wasLevel: "", wasClaims: "", level: "", claims: "" };
  const faults: [Record<string, string>, string][] = [
    [{ level: "high" }, "Enter a whole number, or nothing."],
    [{ level: "1000001" }, "It "],
    [{ claims: "gold" }, "Line 1 must be written as name = value."],
    [{ claims: "a = 1\na = 2" }, "Line 2 names a a second time."],
    [{ claims: "7up = 1" }, "7up must be 1 to 64 of"],
  ];
  for (const [fields, text] of faults) {
    const response = await origin.page("/users/ann", { ...was, ...fields });
    assertEquals(response.status, 422, text);
    const html = await response.text();
    assertStringIncludes(html, `class="error" id="${Object.keys(fields)[0]}-error"`);
    assertStringIncludes(html, text);
  }
  assertEquals((await origin.customers.getUser("ann")).level, null);
});

Deno.test("a user is blocked and let in again, by operators only", async () => {
  const { origin, html } = await openOffice();
  await using _ = origin;
  await origin.page("/users/ann/block", {});
  assertEquals((await origin.customers.getUser("ann")).blocked, true);
  assertStringIncludes(await html("/users/ann"), "Lift the block…");
  await origin.page("/users/ann/unblock", {});
  assertEquals((await origin.customers.getUser("ann")).blocked, false);
  origin.signIn("viewer");
  const shown = await html("/users/ann");
  assert(!shown.includes("Block…") && !shown.includes("Save"));
  assertStringIncludes(shown, "as the shop says");
  await origin.page("/users/ann/block", {});
  assertEquals((await origin.customers.getUser("ann")).blocked, false);
  assertEquals((await origin.page("/users/a%20b")).status, 404);
});

Deno.test("claim lines can be read again as they were written", () => {
  const claims = { tier: "gold", "https://shop/role": "a = b", empty: "" };
  assertEquals(readClaimLines(claimLines(claims)), { kind: "claims", claims });
  assertEquals(readClaimLines("\n  \n"), { kind: "claims", claims: null });
  assertEquals(claimLines(null), "");
  assertEquals(readClaimLines("= x").kind, "fault");
});
