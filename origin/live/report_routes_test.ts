import { assertEquals } from "@std/assert";
import { MAX_REPORT_BYTES } from "../../shared/process_report.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { edgeReport } from "./testing/sample_reports.ts";

Deno.test("POST /internal/report keeps what an edge tells", async () => {
  await using fixture = await OriginFixture.open();
  const post = async (body: string) =>
    (await fixture.internal("/report", { method: "POST", body })).status;
  const report = edgeReport("a", 1, { reserved: 3 });
  assertEquals(await post(JSON.stringify(report)), 204);
  const { reports } = await fixture.reports.list();
  assertEquals(reports.map((one) => one.report), [report]);
  // An edge of tomorrow may say more.
  assertEquals(await post(JSON.stringify({ ...report, seq: 2, mood: "good" })), 204);
});

Deno.test("POST /internal/report refuses what is none, is too large, or comes from a stranger", async () => {
  await using fixture = await OriginFixture.open();
  const post = async (body: string) =>
    (await fixture.internal("/report", { method: "POST", body })).status;
  const report = edgeReport("a", 1, {});
  const bad = [
    "",
    "{}",
    "not json",
    JSON.stringify({ ...report, kind: "worker" }),
    JSON.stringify({ ...report, processId: "" }),
    JSON.stringify({ ...report, seq: -1 }),
    JSON.stringify({ ...report, sales: [{ saleId: 1, outcomes: { reserved: -5 } }] }),
    JSON.stringify({ ...report, sales: Array(51).fill({ saleId: 1 }) }),
  ];
  for (const body of bad) assertEquals(await post(body), 400, body.slice(0, 80));
  assertEquals(await post(" ".repeat(MAX_REPORT_BYTES + 1)), 413);
  const stranger = await fixture.app.request("/internal/report", {
    method: "POST",
    body: JSON.stringify(report),
  });
  assertEquals(stranger.status, 401);
  assertEquals((await fixture.reports.list()).reports, []);
});

Deno.test("POST /internal/report is 503 while reports cannot be kept", async () => {
  await using fixture = await OriginFixture.open();
  fixture.reports.put = () => Promise.reject(new Error("away"));
  const body = JSON.stringify(edgeReport("a", 1, {}));
  assertEquals((await fixture.internal("/report", { method: "POST", body })).status, 503);
});
