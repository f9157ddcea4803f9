import { assert, assertEquals } from "@std/assert";
import {
  MAX_KEPT_SALES,
  MAX_REPORTED_SALES,
  type SaleReport,
} from "../../../shared/process_report.ts";
import { MAX_PROCESSES, REPORT_KEPT_MS, type ReportStore } from "../report_store.ts";
import { edgeReport } from "./sample_reports.ts";

/** A store of its own for one test; `age` makes it that much later for everything in it. */
export interface OpenedReports {
  store: ReportStore;
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What holds for every keeper of reports. */
export function reportStoreContract(name: string, open: () => Promise<OpenedReports>): void {
  const test = (what: string, work: (opened: OpenedReports) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const opened = await open();
      try {
        await work(opened);
      } finally {
        await opened.close();
      }
    });

  const ids = async ({ store }: OpenedReports) =>
    (await store.list()).reports.map(({ report }) => report.processId).sort();
  const endedIds = async ({ store }: OpenedReports) =>
    (await store.ended()).map(({ processId }) => processId).sort();

  test("a report comes back as it was put, with the keeper's times", async ({ store }) => {
    const report = edgeReport("a", 3, { reserved: 5 }, {
      kind: "worker",
      recording: { messages: 2, oldestReservedAt: null },
    });
    await store.put(report);
    const { now, reports } = await store.list();
    assertEquals(reports.map((one) => one.report), [report]);
    assert(reports[0]!.takenAt <= now && now - reports[0]!.takenAt < REPORT_KEPT_MS);
  });

  test("the newest report of a process stands, in whatever order they come", async (opened) => {
    for (const seq of [2, 1, 3, 3]) await opened.store.put(edgeReport("a", seq, { reserved: seq }));
    await opened.store.put(edgeReport("b", 1, {}));
    assertEquals(await ids(opened), ["a", "b"]);
    const { reports } = await opened.store.list();
    assertEquals(reports.find(({ report }) => report.processId === "a")!.report.seq, 3);
  });

  test("a sale that is missing in a full report keeps its last totals", async (opened) => {
    const { store } = opened;
    const full = (from: number, count: number): SaleReport[] =>
      Array.from({ length: MAX_REPORTED_SALES }, (_, at) => {
        return { saleId: from + at, outcomes: { reserved: count } };
      });
    const put = (seq: number, sales: SaleReport[]) =>
      store.put({ ...edgeReport("a", seq, {}), sales });
    const known = async () => {
      const [taken] = (await store.list()).reports;
      return new Map(taken!.report.sales.map(({ saleId, outcomes }) => [
        saleId,
        outcomes!.reserved,
      ]));
    };
    await put(1, full(1, 1));
    await put(2, full(31, 2));
    const merged = await known();
    assertEquals([merged.size, merged.get(1), merged.get(30), merged.get(31)], [80, 1, 1, 2]);
    // Also of a process that was silent for a while.
    await opened.age(REPORT_KEPT_MS + 1_000);
    assertEquals((await store.list()).reports, []);
    await put(3, full(41, 3));
    const again = await known();
    assertEquals([again.size, again.get(1), again.get(31), again.get(41)], [90, 1, 2, 3]);
    for (let n = 1; n <= 10; n += 1) await put(3 + n, full(1_000 * n, 4));
    const bounded = await known();
    assertEquals([bounded.size, bounded.get(10_000), bounded.get(1)], [
      MAX_KEPT_SALES,
      4,
      undefined,
    ]);
    // What is not full leaves nothing out.
    await put(50, [{ saleId: 5, outcomes: { reserved: 9 } }]);
    assertEquals((await known()).size, 1);
  });

  test("who goes silent is no longer listed, and his totals stay", async (opened) => {
    await opened.store.put(edgeReport("gone", 9, { reserved: 4 }));
    await opened.age(REPORT_KEPT_MS + 1_000);
    await opened.store.put(edgeReport("here", 1, {}));
    assertEquals(await ids(opened), ["here"]);
    assertEquals(await endedIds(opened), ["gone"]);
    assertEquals((await opened.store.ended())[0]!.sales[0]!.outcomes, { reserved: 4 });
  });

  test("who reports again after a silence is in one list only", async (opened) => {
    await opened.store.put(edgeReport("a", 1, {}));
    await opened.age(REPORT_KEPT_MS + 1_000);
    assertEquals(await ids(opened), []);
    await opened.store.put(edgeReport("a", 2, {}));
    assertEquals(await ids(opened), ["a"]);
    assertEquals(await endedIds(opened), []);
  });

  test("there is room for a bounded number of processes", async (opened) => {
    await opened.store.put(edgeReport("first", 1, {}));
    await opened.age(1_000);
    for (let n = 0; n < MAX_PROCESSES; n += 1) {
      await opened.store.put(edgeReport(`edge-${n}`, 1, {}));
    }
    const listed = await ids(opened);
    assertEquals(listed.length, MAX_PROCESSES);
    assert(!listed.includes("first"), "the most silent one gives way");
    assertEquals(await endedIds(opened), ["first"]);
  });
}
