import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { LineRelay } from "../launch/line_relay.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { poll } from "../services/poll.ts";
import { sendSignal } from "../services/process_table.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";
import type { CrowdControl, CrowdView } from "./crowd_control.ts";
import type { CrowdPlan } from "./crowd_plan.ts";
import { BUY_KINDS, type RecordLine, RecordReader } from "./crowd_record.ts";

/** How long after its own bound the crowd may take to end. */
const END_GRACE_MS = 15_000;

/** A crowd in a process of its own; everything that it tells comes out of its record. */
export class CrowdProcess implements CrowdControl {
  /** Every line so far, in the order of the answers. */
  readonly lines: RecordLine[] = [];
  readonly #reader: RecordReader;
  readonly #child: Deno.ChildProcess;
  readonly #relayed: Promise<unknown>;
  #reading: Promise<void> = Promise.resolve();
  #hasEnded = false;

  private constructor(
    readonly plan: CrowdPlan,
    child: Deno.ChildProcess,
    log: (l: string) => void,
  ) {
    this.#reader = new RecordReader(plan.recordFile);
    this.#child = child;
    const relay = new LineRelay((line) => log(`[crowd] ${line}`));
    this.#relayed = Promise.all([relay.pump(child.stdout), relay.pump(child.stderr)]);
    child.status.then(() => (this.#hasEnded = true));
  }

  /** Starts it; it buys as soon as its process is up. */
  static async start(
    plan: CrowdPlan,
    dir: string,
    runDir: string,
    log: (line: string) => void,
  ): Promise<CrowdProcess> {
    const planFile = join(dir, "crowd.json");
    await Deno.writeTextFile(planFile, JSON.stringify(plan), { mode: 0o600 });
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        `--config=${join(PROJECT_DIR, "deno.json")}`,
        fileURLToPath(new URL("crowd_main.ts", import.meta.url)),
        planFile,
      ],
      env: { [RUN_VARIABLE]: runDir },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    return new CrowdProcess(plan, child, log);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async view(): Promise<CrowdView> {
    await this.read();
    return viewOf(this.lines);
  }

  async untilWon(count: number, timeoutMs: number): Promise<void> {
    await poll(`${count} wins of the crowd`, async () => {
      const { reserved, processing } = await this.view();
      return reserved + processing >= count ? true : null;
    }, { timeoutMs, everyMs: 100 });
  }

  /** Waits until it has made its first request. */
  async untilBuying(timeoutMs: number): Promise<void> {
    await poll("the first answer to the crowd", async () => {
      if (this.#hasEnded) throw new Error("the crowd has ended by itself");
      await this.read();
      return this.lines.length > 0 ? true : null;
    }, { timeoutMs, everyMs: 50 });
  }

  /** Takes in what was written since the last time. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      for (const line of await this.#reader.more()) this.lines.push(line);
    });
    return this.#reading;
  }

  /** Lets the buyers under way finish. @throws when it did not end as it should. */
  async end(): Promise<void> {
    sendSignal(this.pid, "SIGTERM");
    const timer = setTimeout(() => this.kill(), this.plan.finishMs + END_GRACE_MS);
    const status = await this.#child.status;
    clearTimeout(timer);
    await this.#relayed;
    await this.read();
    if (!status.success) {
      throw new Error(`The crowd ended with ${status.signal ?? `status ${status.code}`}`);
    }
  }

  /** Ends it at once, if it still runs. */
  async kill(): Promise<void> {
    if (!this.#hasEnded) sendSignal(this.pid, "SIGKILL");
    await this.#child.status;
    await this.#relayed;
  }
}

/** Counts a record. */
export function viewOf(lines: readonly RecordLine[]): CrowdView {
  const view: CrowdView = {
    answered: 0,
    unanswered: 0,
    reserved: 0,
    processing: 0,
    soldOut: 0,
    refusals: {},
  };
  for (const { kind, status, code } of lines) {
    if (!BUY_KINDS.has(kind)) continue;
    if (status === 0) view.unanswered += 1;
    else view.answered += 1;
    if (code === "reserved" && kind !== "repeat") view.reserved += 1;
    if (code === "processing" && kind !== "repeat") view.processing += 1;
    if (code === "sold_out") view.soldOut += 1;
    if (status >= 500) view.refusals[code] = (view.refusals[code] ?? 0) + 1;
  }
  return view;
}
