import { assert, assertEquals, assertMatch } from "@std/assert";
import { OriginFixture } from "../../testing/origin_fixture.ts";

const PASSWORD = "a good long password";

const ways = ({ status, headers }: Response) => [status, headers.get("location")];

Deno.test("an admin adds an operator, changes him and keeps him out", async () => {
  await using origin = await OriginFixture.open();
  const admin = await origin.session("admin");
  const page = async (path: string) => await (await origin.page(path, undefined, admin)).text();
  const send = (path: string, fields: Record<string, string>) => origin.page(path, fields, admin);

  const refused = await send("/operators/new", { name: "a b", role: "viewer", password: "short" });
  assertEquals(refused.status, 422);
  const text = await refused.text();
  assertMatch(text, /Must be 1 to 64.*Must have at least 12/s);
  assertMatch(text, /value="a b"/);
  const fields = { name: "Bob", role: "operator", password: PASSWORD };
  assertEquals(ways(await send("/operators/new", fields)), [303, "/admin/operators"]);
  assertEquals((await send("/operators/new", fields)).status, 422);
  assertMatch(await page("/operators"), /href="\/admin\/operators\/2">Bob<.*Active/s);
  assert(!(await page("/operators")).includes(PASSWORD));

  assertEquals(ways(await send("/operators/2/role", { role: "viewer" })), [
    303,
    "/admin/operators/2",
  ]);
  assertEquals((await origin.operatorBook.get(2))?.role, "viewer");
  assertEquals((await send("/operators/2/password", { password: "short" })).status, 422);
  assertEquals((await send("/operators/2/password", { password: PASSWORD })).status, 303);
  for (let n = 0; n < 5; n += 1) await origin.operatorBook.beginTry("bob");
  assertMatch(await page("/operators/2"), /Locked.*Unlock/s);
  await send("/operators/2/unlock", {});
  assertEquals(await origin.operatorBook.lockedUntil("bob"), 0);
  await send("/operators/2/disable", {});
  assertMatch(await page("/operators/2"), /Disabled.*Let in again/s);
  await send("/operators/2/enable", {});
  assertEquals((await origin.operatorBook.get(2))?.disabled, false);
});

Deno.test("the last admin is told why he stays one", async () => {
  await using origin = await OriginFixture.open();
  const admin = await origin.session("admin");
  for (const [what, fields] of [["role", { role: "viewer" }], ["disable", {}]] as const) {
    const answer = await origin.page(`/operators/${admin.id}/${what}`, fields, admin);
    assertEquals(ways(answer), [303, `/admin/operators/${admin.id}`]);
    const flash = decodeURIComponent(answer.headers.getSetCookie().join());
    assertMatch(flash, /"failed".*last admin/);
  }
});

Deno.test("operators are for admins, and what is not there is not found", async () => {
  await using origin = await OriginFixture.open();
  const operator = await origin.session("operator");
  for (const path of ["/operators", "/operators/1"]) {
    assertEquals((await origin.page(path, undefined, operator)).status, 403, path);
  }
  const fields = { name: "Bob", role: "admin", password: PASSWORD };
  await origin.page("/operators/new", fields, operator);
  assertEquals(await origin.operatorBook.count(), 1);
  const admin = await origin.session("admin");
  assertEquals((await origin.page("/operators/9", undefined, admin)).status, 404);
});

Deno.test("the audit page shows who changed what from what to what, and finds it", async () => {
  await using origin = await OriginFixture.open();
  const admin = await origin.session("admin");
  const viewer = await origin.session("viewer");
  const page = async (query: string) =>
    await (await origin.page(`/audit${query}`, undefined, viewer)).text();
  assertMatch(await page(""), /Nothing was changed yet/);
  const { saleId, productId } = await origin.openSale();
  await origin.admin("PATCH", `/sales/${saleId}`, { title: "<b>Autumn</b>", limits: { burst: 7 } });
  await origin.admin("DELETE", `/products/${productId}`);
  await origin.page("/operators/new", { name: "Bob", role: "viewer", password: PASSWORD }, admin);
  const all = await page("");
  assertMatch(all, /limits\.burst<\/span> 2000 .*<b>7<\/b>/);
  assertMatch(all, /<b>&lt;b&gt;Autumn&lt;\/b&gt;<\/b>/);
  assertMatch(all, /Product: delete.*Refused/s);
  assertMatch(all, new RegExp(`href="/admin/sales/${saleId}">sale ${saleId}<`));
  assertMatch(all, /<time datetime="2026-06-01T10:00:00.000Z"/);
  const [own, sales, none] = [
    await page(`?actor=${admin.name}`),
    await page(`?action=sale&target=sale/${saleId}&from=2026-06-01T09:00&to=2026-06-01T11:00`),
    await page("?to=2020-01-01T00:00"),
  ];
  assertMatch(own, /"Action">Operator: add</);
  assertEquals([own.includes("sale 1<"), sales.includes(`"Action">Operator: add<`)], [
    false,
    false,
  ]);
  assertMatch(sales, /Sale: change/);
  assertMatch(none, /No change fits these filters/);
  assertMatch(await page("?from=yesterday"), /Enter a date and a time/);
  const long = await origin.page(`/audit?actor=${"x".repeat(500)}&action=%00`, undefined, viewer);
  assertEquals(long.status, 200);
});
