import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import listReports from "../../lua/list_reports.lua" with { type: "text" };
import putReport from "../../lua/put_report.lua" with { type: "text" };
import { type ProcessReport, readKeptReport } from "../../shared/process_report.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import { type Script, ScriptRunner } from "../ledger/redis_ledger_scripts.ts";
import {
  MAX_ENDED_PROCESSES,
  MAX_PROCESSES,
  mayLeaveOut,
  REPORT_KEPT_MS,
  type ReportList,
  type ReportStore,
  type TakenReport,
  withEarlierSales,
} from "./report_store.ts";

/** A report that is late is worth nothing: the next one comes in half a second. */
const CALL_TIMEOUT_MS = 500;

/** How long the totals of processes that are gone are kept: a sale is looked at for weeks. */
const ENDED_KEPT_MS = 30 * 24 * 60 * 60_000;

const PUT = scriptOf(putReport);
const LIST = scriptOf(listReports);

/**
 * The reports of the services profile, in two hashes of Redis. Its clock is the one by which all of
 * them are taken, so that it does not matter which origin took a report.
 */
export class RedisReports implements ReportStore {
  readonly #runner: ScriptRunner;
  readonly #client: Pick<Redis, "hget" | "hvals">;
  readonly #keys: { live: string; ended: string };

  /** `namespace` is what every key begins with. */
  constructor(client: Redis, namespace: string) {
    this.#client = client;
    // What this does says nothing about the connection that decides.
    this.#runner = new ScriptRunner(client, { answered: () => {}, missed: () => {} });
    // The braces keep both in one slot of a cluster.
    this.#keys = { live: `${namespace}:{reports}:live`, ended: `${namespace}:{reports}:ended` };
  }

  async put(report: ProcessReport): Promise<void> {
    const { processId, seq } = report;
    const before = mayLeaveOut(report) ? await this.#last(processId) : null;
    const text = JSON.stringify(before === null ? report : withEarlierSales(report, before));
    await this.#call(PUT, [processId, seq, text, MAX_PROCESSES, ENDED_KEPT_MS]);
  }

  async list(): Promise<ReportList> {
    const args = [REPORT_KEPT_MS, MAX_ENDED_PROCESSES, ENDED_KEPT_MS];
    const [now, ...entries] = await this.#call(LIST, args) as string[];
    return { now: Number(now), reports: entries.flatMap(readEntry) };
  }

  async ended(): Promise<ProcessReport[]> {
    const reading = this.#client.hvals(this.#keys.ended);
    const entries = await withDeadline(reading, CALL_TIMEOUT_MS, "reading reports");
    return entries.flatMap(readEntry).map(({ report }) => report);
  }

  /**
   * The last report of a process, gone or not. A process sends its next one when the last was
   * answered, so nobody else writes meanwhile.
   */
  async #last(processId: string): Promise<ProcessReport | null> {
    for (const key of [this.#keys.live, this.#keys.ended]) {
      const reading = this.#client.hget(key, processId);
      const entry = await withDeadline(reading, CALL_TIMEOUT_MS, "reading a report");
      if (entry !== null) return readEntry(entry)[0]?.report ?? null;
    }
    return null;
  }

  async #call(script: Script, args: (string | number)[]): Promise<unknown> {
    const keys = [this.#keys.live, this.#keys.ended];
    const [reply] = await this.#runner.run([{ script, keys, args }], CALL_TIMEOUT_MS);
    return reply;
  }
}

/** What a version of Dropgate that is newer or older wrote may not be readable: it is left out. */
function readEntry(entry: string): TakenReport[] {
  const [, takenAt, json] = /^(\d+) \d+ (.*)$/s.exec(entry) ?? [];
  const report = json === undefined ? null : readKeptReport(json);
  return report === null ? [] : [{ report, takenAt: Number(takenAt) }];
}

function scriptOf(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
