import { assert, assertEquals, assertMatch } from "@std/assert";
import { OriginFixture } from "../../testing/origin_fixture.ts";

/** Fields of a form that is right, in Berlin, where clocks go back on 25 October 2026. */
const AUTUMN = {
  title: "Autumn",
  zone: "Europe/Berlin",
  startsAt: "2026-10-24T10:00",
  endsAt: "2026-10-24T12:00",
  ratePerSecond: "1000",
  burst: "2,000",
  userPerMinute: "5",
  ipPerMinute: "600",
  captcha: "suspicious",
  minLevel: "0",
  claims: "",
  minutesToPay: "15",
  maxExpiredHolds: "3",
  rows: "3",
  "item-0-product": "Kettle",
  "item-0-stock": "1,000",
};

/** An operator, and a product that is called Kettle. */
async function office(role: "viewer" | "operator" = "operator"): Promise<OriginFixture> {
  const fixture = await OriginFixture.open();
  fixture.signIn(role);
  await fixture.admin("POST", "/products", { name: "Kettle", price: 9_900, currency: "EUR" });
  return fixture;
}

const readSale = async (fixture: OriginFixture, id = 1) =>
  await (await fixture.admin("GET", `/sales/${id}`)).json();

const flashOf = (answer: Response) => decodeURIComponent(answer.headers.get("set-cookie") ?? "");

Deno.test("a sale is planned in a zone, with its items found by name", async () => {
  await using fixture = await office();
  const answer = await fixture.page("/sales/new", {
    ...AUTUMN,
    claims: "membership = gold, platinum",
    minutesToPay: "1.5",
    "item-0-price": "79.90",
    "item-0-limit": "3",
  });
  assertEquals([answer.status, answer.headers.get("location")], [303, "/admin/sales/1"]);
  const sale = await readSale(fixture);
  assertEquals([sale.startsAt, sale.endsAt], [
    "2026-10-24T08:00:00.000Z",
    "2026-10-24T10:00:00.000Z",
  ]);
  assertEquals([sale.limits.burst, sale.paymentWindowS], [2_000, 90]);
  assertEquals(sale.claims, [{ claim: "membership", anyOf: ["gold", "platinum"] }]);
  const [item] = sale.items;
  assertEquals([item.stock, item.price, item.perUserLimit], [1_000, 7_990, 3]);
});

Deno.test("a time that clocks skip is told beside its field, with what to enter", async () => {
  await using fixture = await office();
  const answer = await fixture.page("/sales/new", {
    ...AUTUMN,
    startsAt: "2027-03-28T02:30",
    endsAt: "2027-03-28T05:00",
  });
  assertEquals(answer.status, 422);
  assertMatch(
    await answer.text(),
    /id="startsAt-error">There is no 02:30 on this day in Europe\/Berlin.* 01:59 or before, or 03:00/,
  );
});

Deno.test("a time that comes twice is asked about, and each of both can be meant", async () => {
  await using fixture = await office();
  const twice = { ...AUTUMN, startsAt: "2026-10-25T02:30", endsAt: "2026-10-25T05:00" };
  const asked = await fixture.page("/sales/new", twice);
  assertEquals(asked.status, 422);
  const html = await asked.text();
  assertMatch(html, /id="startsAt-error">02:30 comes twice on this day/);
  assertMatch(html, /The first, UTC\+02:00.*The second, UTC\+01:00/s);
  await fixture.page("/sales/new", { ...twice, "startsAt-which": "earlier" });
  await fixture.page("/sales/new", { ...twice, "startsAt-which": "later" });
  assertEquals((await readSale(fixture, 1)).startsAt, "2026-10-25T00:30:00.000Z");
  assertEquals((await readSale(fixture, 2)).startsAt, "2026-10-25T01:30:00.000Z");
  // Saved as it is: the second of both, whose local text says nothing of that, stays.
  const edit = await fixture.page("/sales/2/edit", {
    ...twice,
    "item-0-product": "1",
    title: "New",
  });
  assertEquals(edit.status, 303);
  const { title, startsAt } = await readSale(fixture, 2);
  assertEquals([title, startsAt], ["New", "2026-10-25T01:30:00.000Z"]);
});

Deno.test("every fault of a form is told beside its field", async () => {
  await using fixture = await office();
  const answer = await fixture.page("/sales/new", {
    ...AUTUMN,
    title: " ",
    startsAt: "",
    ratePerSecond: "0",
    minutesToPay: "2000",
    claims: "gold",
    captcha: "sometimes",
    "item-0-stock": "",
    "item-1-product": "No such thing",
    "item-1-stock": "5",
    "item-1-limit": "0",
    "item-2-product": "Kettle",
    "item-2-unlimited": "on",
    "item-2-price": "abc",
  });
  assertEquals(answer.status, 422);
  const told = [...(await answer.text()).matchAll(/id="([\w-]+)-error"/g)].map((match) => match[1]);
  assertEquals(told.toSorted(), [
    "claims",
    "item-0-stock",
    "item-1-limit",
    "item-1-product",
    "item-2-price",
    "minutesToPay",
    "ratePerSecond",
    "startsAt",
    "title",
  ]);
  assertEquals((await (await fixture.admin("GET", "/sales")).json()).total, 0);
});

Deno.test("what the API refuses is told beside its field too", async () => {
  await using fixture = await office();
  await fixture.admin("POST", "/products", { name: "Yuan", price: 1, currency: "CNY" });
  const answer = await fixture.page("/sales/new", {
    ...AUTUMN,
    "item-1-product": "Yuan",
    "item-1-stock": "5",
  });
  assertEquals(answer.status, 422);
  assertMatch(await answer.text(), /id="item-0-product-error">[^<]*one currency/);
});

Deno.test("rows can be asked for without a script", async () => {
  await using fixture = await office();
  const html = await (await fixture.page("/sales/new", { ...AUTUMN, do: "rows" })).text();
  assertEquals([...html.matchAll(/class="item-row"/g)].length, 6);
  assert(html.includes('value="1,000"'), "what was entered stays");
});

Deno.test("a sale is published, paused, resumed, topped up and closed from its page", async () => {
  await using fixture = await office();
  await fixture.page("/sales/new", { ...AUTUMN, startsAt: "2026-06-01T11:00" });
  // 11:00 in Berlin is before the fixture's noon.
  const draft = await (await fixture.page("/sales/1")).text();
  assertMatch(draft, /opens.*at once, as its start is past/s);
  assertMatch(draft, /Its start is past: buyers see it and can buy from now on/);
  const published = await (await fixture.page("/sales/1/publish", {})).text();
  assertMatch(published, /Published, and everything is ready/);
  const state = async () => (await readSale(fixture)).state;
  assertEquals(await state(), "open");
  assertMatch(flashOf(await fixture.page("/sales/1/pause", {})), /Paused: nobody can buy/);
  assertEquals(await state(), "paused");
  await fixture.page("/sales/1/resume", {});
  assertEquals(await state(), "open");
  const html = await (await fixture.page("/sales/1")).text();
  const [, key] = /name="key" value="([^"]+)"/.exec(html) ?? [];
  const more = { sign: "+", pieces: "500", key: key! };
  assertMatch(flashOf(await fixture.page("/sales/1/items/1/stock", more)), /1,500 pieces/);
  await fixture.page("/sales/1/items/1/stock", more);
  assertEquals((await readSale(fixture)).items[0].stock, 1_500, "sent twice, done once");
  const back = { sign: "-", pieces: "9,999", key: "another" };
  assertMatch(
    flashOf(await fixture.page("/sales/1/items/1/stock", back)),
    /"failed".*Only 1500 pieces are unsold\./,
  );
  const none = { sign: "+", pieces: "many", key: "third" };
  assertMatch(flashOf(await fixture.page("/sales/1/items/1/stock", none)), /whole number/);
  await fixture.page("/sales/1/close", {});
  assertEquals((await readSale(fixture)).status, "closed");
  assertMatch(flashOf(await fixture.page("/sales/1/resume", {})), /"failed"/);
});

Deno.test("of a published sale limits change, and items do not", async () => {
  await using fixture = await office();
  const { saleId } = await fixture.openSale();
  const form = { ...AUTUMN, startsAt: "2026-06-01T11:59", ratePerSecond: "7" };
  const edit = (more: Record<string, string>) =>
    fixture.page(`/sales/${saleId}/edit`, { ...form, ...more });
  assertMatch(
    flashOf(await edit({ "item-0-limit": "4" })),
    /in force on all edges within a second/,
  );
  const sale = await readSale(fixture, saleId);
  assertEquals([sale.limits.ratePerSecond, sale.items[0].perUserLimit], [7, 4]);
  assertEquals([sale.items.length, sale.items[0].stock], [1, 10]);
  const lowered = await edit({ "item-0-limit": "1" });
  assertEquals(lowered.status, 422);
  assertMatch(await lowered.text(), /id="item-0-limit-error">Can only be raised: it is 4/);
});

Deno.test("sessions are shown before they are made, at the same hour when clocks change", async () => {
  await using fixture = await office();
  await fixture.page("/sales/new", AUTUMN);
  const form = {
    zone: "Europe/Berlin",
    title: "Autumn, {day}",
    first: "2026-10-24T10:00",
    count: "3",
    everyDays: "1",
    others: "2026-11-01 18:00",
  };
  const shown = await (await fixture.page("/sales/1/sessions", form)).text();
  assertMatch(shown, /Make 4 drafts/);
  assertMatch(shown, /Sun, 25 Oct 2026, 10:00 <span class="quiet">UTC\+01:00/);
  assertEquals(shown.match(/Starts while another one is open/g)?.length, 1, "as the sale itself");
  assertEquals((await (await fixture.admin("GET", "/sales")).json()).total, 1, "none is made yet");
  await fixture.page("/sales/1/sessions", { ...form, do: "make" });
  const { items } = await (await fixture.admin("GET", "/sales")).json();
  const made = items.slice(0, 4).toReversed();
  assertEquals(
    made.map(({ title, startsAt, endsAt }: { title: string; startsAt: string; endsAt: string }) => [
      title,
      startsAt.slice(0, 16),
      endsAt.slice(0, 16),
    ]),
    [
      ["Autumn, Sat, 24 Oct 2026", "2026-10-24T08:00", "2026-10-24T10:00"],
      ["Autumn, Sun, 25 Oct 2026", "2026-10-25T09:00", "2026-10-25T11:00"],
      ["Autumn, Mon, 26 Oct 2026", "2026-10-26T09:00", "2026-10-26T11:00"],
      ["Autumn, Sun, 1 Nov 2026", "2026-11-01T17:00", "2026-11-01T19:00"],
    ],
  );
  assert(made.every(({ status }: { status: string }) => status === "draft"));
});

Deno.test("sessions that cannot be planned are told beside their fields", async () => {
  await using fixture = await office();
  await fixture.page("/sales/new", AUTUMN);
  const form = { zone: "Europe/Berlin", title: "x", first: "2027-03-28T02:30", count: "2" };
  const skipped = await fixture.page("/sales/1/sessions", { ...form, everyDays: "1" });
  assertEquals(skipped.status, 422);
  assertMatch(await skipped.text(), /id="first-error">There is no 02:30/);
  const many = await fixture.page("/sales/1/sessions", { ...form, count: "61", everyDays: "0" });
  const html = await many.text();
  assertMatch(html, /id="count-error">/);
  assertMatch(html, /id="everyDays-error">/);
});

Deno.test("a viewer reads a sale and changes nothing", async () => {
  await using fixture = await office("viewer");
  const { saleId } = await fixture.openSale();
  const html = await (await fixture.page(`/sales/${saleId}`)).text();
  assertEquals(/action="\/admin\/sales/.test(html), false);
  assertEquals(html.includes(`/sales/${saleId}/edit`), false);
  for (const verb of ["pause", "close", "items/1/stock"]) {
    await fixture.page(`/sales/${saleId}/${verb}`, { sign: "+", pieces: "1", key: "k" });
  }
  for (const form of ["/sales/new", `/sales/${saleId}/edit`, `/sales/${saleId}/sessions`]) {
    const answer = await fixture.page(form);
    assertEquals([form, answer.status], [form, 403]);
    assertMatch(await answer.text(), /needs the role operator: yours is viewer/);
  }
  const sale = await readSale(fixture, saleId);
  assertEquals([sale.state, sale.items[0].stock], ["open", 10]);
});

Deno.test("times are shown in the viewer's zone, which he can choose", async () => {
  await using fixture = await office();
  const { saleId } = await fixture.openSale();
  const page = async (cookie: string) =>
    await (await fixture.app.request(`/admin/sales/${saleId}`, { headers: { cookie } })).text();
  assertMatch(await page(""), /Mon, 1 Jun 2026, 09:59:00<\/time>.*UTC/);
  assertMatch(
    await page("dropgate_admin_zone=Asia%2FShanghai"),
    /17:59:00<\/time>.*Asia\/Shanghai/,
  );
  assertMatch(await page("dropgate_admin_zone=nonsense"), /09:59:00<\/time>/);
  const chosen = await fixture.page("/zone", { zone: "America/New_York", to: "/admin/sales" });
  assertEquals(chosen.headers.get("location"), "/admin/sales");
  assertMatch(flashOf(chosen), /dropgate_admin_zone=America\/New_York/);
  const away = await fixture.page("/zone", { zone: "UTC", to: "//evil.example/admin" });
  assertEquals(away.headers.get("location"), "/admin");
});
