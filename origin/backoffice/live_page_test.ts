import { assert, assertEquals, assertMatch } from "@std/assert";
import { BUY_OUTCOMES } from "../../shared/process_report.ts";
import {
  countText,
  healthRows,
  msText,
  OUTCOMES,
  rateText,
  secondsText,
} from "../../static/admin/live_figures.js";
import { edgeReport } from "../live/testing/sample_reports.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

const JSON_WANTED = { accept: "application/json" };

/** A form of the live view as its script sends it. */
async function send(fixture: OriginFixture, path: string, fields: Record<string, string>) {
  const body = new URLSearchParams({ csrf: "csrf-of-the-fixture", ...fields }).toString();
  const response = await fixture.app.request(`/admin${path}`, {
    method: "POST",
    headers: {
      ...JSON_WANTED,
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
      "sec-fetch-site": "same-origin",
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}

Deno.test("/admin/sales/{id}/live shows the figures of this moment without a script", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId, productId } = await fixture.openSale({ stock: 1_234 });
  const outcomes = { reserved: 17, known: 3, sold_out: 4_321 };
  await fixture.reports.put(edgeReport("a", 1, outcomes, { sale: { saleId } }));
  fixture.signIn("operator");
  const response = await fixture.page(`/sales/${saleId}/live`);
  assertEquals(response.status, 200);
  const html = await response.text();
  for (const text of ["1,234", "4,321", "17 in all", "Pieces of Kettle", "Pause"]) {
    assert(html.includes(text), text);
  }
  assertMatch(html, new RegExp(`data-live="item-left-${productId}">1,234<`));
  assertEquals(html.match(/<script(?![^>]* src=)/g), null, "no script in the page");
});

Deno.test("/admin/sales/{id}/live shows viewers no form, drafts no figures, and strangers nothing", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId, productId } = await fixture.openSale();
  const draft = await (await fixture.admin("POST", "/sales", {
    title: "To come",
    startsAt: new Date(fixture.now).toISOString(),
    endsAt: new Date(fixture.now + 1_000).toISOString(),
    items: [{ productId, stock: 1 }],
  })).json();
  assertEquals((await fixture.page(`/sales/${saleId}/live`)).status, 303);
  fixture.signIn("viewer");
  const html = await (await fixture.page(`/sales/${saleId}/live`)).text();
  assert(!html.includes("data-live-form"));
  assertMatch(await (await fixture.page(`/sales/${draft.saleId}/live`)).text(), /is a draft/);
  assertEquals((await fixture.page("/sales/999/live")).status, 404);
});

Deno.test("the forms of the live view act through the API, and answer as they are asked", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId, productId } = await fixture.openSale({ stock: 10 });
  fixture.signIn("operator");
  const path = `/sales/${saleId}/live`;
  const sale = async () => await (await fixture.admin("GET", `/sales/${saleId}`)).json();

  const plain = await fixture.page(`${path}/pause`, {});
  assertEquals([plain.status, plain.headers.get("location")], [303, `/admin${path}`]);
  assertEquals((await sale()).state, "paused");
  const resumed = await send(fixture, `${path}/resume`, {});
  assertEquals([resumed.status, resumed.body.kind], [200, "done"]);
  assertEquals((await sale()).state, "open");

  const fields = { pieces: "5", sign: "+", key: "once" };
  const first = await send(fixture, `${path}/stock/${productId}`, fields);
  const again = await send(fixture, `${path}/stock/${productId}`, fields);
  assertEquals([first.status, again.status], [200, 200]);
  assert(first.body.key !== "once" && first.body.key !== again.body.key);
  assertEquals((await sale()).items[0].stock, 15, "a form that is sent twice acts once");
  const back = { pieces: "4", sign: "-", key: "" };
  assertEquals((await send(fixture, `${path}/stock/${productId}`, back)).status, 200);
  assertEquals((await sale()).items[0].stock, 11);
  const tooMany = await send(fixture, `${path}/stock/${productId}`, { ...back, pieces: "99" });
  assertEquals([tooMany.status, tooMany.body.kind], [422, "failed"]);
  const none = await send(fixture, `${path}/stock/${productId}`, { ...back, pieces: "1.5" });
  assertEquals(none.body.errors, { pieces: "Enter a whole number from 1." });
  assertEquals((await sale()).items[0].stock, 11);

  const limits = { ratePerSecond: "50", burst: "60", userPerMinute: "7", ipPerMinute: "800" };
  assertEquals((await send(fixture, `${path}/limits`, limits)).body.kind, "done");
  assertEquals((await sale()).limits, {
    ratePerSecond: 50,
    burst: 60,
    userPerMinute: 7,
    ipPerMinute: 800,
  });
  const wrong = await send(fixture, `${path}/limits`, { ...limits, burst: "many" });
  assertEquals([wrong.status, Object.keys(wrong.body.errors)], [422, ["burst"]]);
  const huge = await send(fixture, `${path}/limits`, { ...limits, burst: "9999999999" });
  assertEquals([huge.status, Object.keys(huge.body.errors)], [422, ["burst"]]);

  assertEquals((await send(fixture, `${path}/captcha`, { captcha: "always" })).status, 200);
  assertEquals((await sale()).captcha, "always");
  assertEquals((await send(fixture, `${path}/captcha`, { captcha: "maybe" })).status, 422);
  assertEquals((await sale()).captcha, "always");
});

Deno.test("the forms of the live view refuse viewers and forms of other pages", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId, productId } = await fixture.openSale();
  fixture.signIn("viewer");
  const forms: [string, Record<string, string>][] = [
    ["pause", {}],
    [`stock/${productId}`, { pieces: "1", sign: "+" }],
    ["limits", { ratePerSecond: "1", burst: "1", userPerMinute: "1", ipPerMinute: "1" }],
    ["captcha", { captcha: "off" }],
  ];
  for (const [what, fields] of forms) {
    const answer = await send(fixture, `/sales/${saleId}/live/${what}`, fields);
    assertEquals([what, answer.status, answer.body.kind], [what, 422, "failed"]);
  }
  fixture.signIn("operator");
  for (const [what, fields] of forms) {
    const forged = await fixture.page(`/sales/${saleId}/live/${what}`, { ...fields, csrf: "x" });
    assertEquals(forged.status, 403);
  }
  const sale = await (await fixture.admin("GET", `/sales/${saleId}`)).json();
  assertEquals([sale.state, sale.captcha, sale.items[0].stock], ["open", "suspicious", 10]);
});

Deno.test("the live view has a word for every answer that is counted", () => {
  assertEquals(OUTCOMES.map(([code]) => code), [...BUY_OUTCOMES]);
});

Deno.test("figures are short, and what is not known is a dash", () => {
  assertEquals([null, 0, 12_345, -1].map(countText), ["–", "0", "12,345", "unlimited"]);
  assertEquals([null, 0, 0.25, 9.96, 1_234.5].map(rateText), ["–", "0", "0.3", "10", "1,235"]);
  assertEquals([null, 0.4, 12, 185, 7_320].map(secondsText), [
    "–",
    "0.4 s",
    "12 s",
    "3 min 5 s",
    "2 h 2 min",
  ]);
  assertEquals([null, 12.84, 1_234].map(msText), ["–", "13 ms", "1.2 s"]);
});

Deno.test("healthRows() puts what is wrong first", () => {
  const process = { processId: "abcdefgh", ageS: 0.2, ready: true, upToDate: true, upS: 61 };
  const rows = healthRows({
    missing: ["ledger"],
    parts: [{ name: "queue", up: true }, { name: "database", up: false }],
    processes: [
      { ...process, kind: "edge", heard: true },
      { ...process, kind: "worker", heard: false, ageS: 12 },
      { ...process, kind: "origin", heard: true, upToDate: false },
    ],
    origins: [{ url: "http://a", edges: 2, healthy: 1, ready: 1, inFlight: 3 }],
  });
  assertEquals(rows.map(({ name, text, state }) => `${state}: ${name} ${text}`), [
    "bad: The ledger does not answer: stock is not known ",
    "bad: Database away",
    "bad: Worker abcdef silent for 12 s",
    "warn: Origin abcdef works with older sales",
    "warn: http://a out for 1 of 2 edges",
    "good: Queue up",
    "good: Edge abcdef ready, up for 1 min 1 s",
  ]);
});
