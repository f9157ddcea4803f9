import { MemoryReports } from "./memory_reports.ts";
import { reportStoreContract } from "./testing/report_store_contract.ts";

reportStoreContract("MemoryReports", () => {
  let now = 1_000_000;
  return Promise.resolve({
    store: new MemoryReports(() => now),
    age: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
