import { assert, assertEquals } from "@std/assert";
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
