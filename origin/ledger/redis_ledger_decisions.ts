import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import { checkBatchSizes } from "./batch_size.ts";
import type { RedisClient } from "./redis_client.ts";
import { RedisClock } from "./redis_ledger_clock.ts";
import { inGroups } from "./redis_ledger_groups.ts";
import { keysOf, spentPassKey } from "./redis_ledger_keys.ts";
import {
  bringsPass,
  type ClaimedPasses,
  NO_CLAIMS,
  PASS_TIMES,
  RedisPasses,
  sharedPasses,
} from "./redis_ledger_passes.ts";
import { RedisPulse, timeMs } from "./redis_ledger_pulse.ts";
import {
  RedisLedgerError,
  type ScriptCall,
  ScriptRunner,
  SCRIPTS,
} from "./redis_ledger_scripts.ts";
import { readOutcome, replyTime, requestColumns } from "./redis_ledger_texts.ts";
import type { DecidingLedger, ReserveBatch, ReserveOutcome } from "./stock_ledger.ts";

/** How long an answer may be under way after the deadline until which it was decided. */
const REPLY_GRACE_MS = 100;

const SETTLE_TIMEOUT_MS = 2000;

/** The end of a pass that is another wish's: the scripts take it for one that is over. */
const LONG_OVER = 1;

/** The buy path's part of the Redis ledger, on a connection of its own. */
export class RedisDecisions implements DecidingLedger {
  readonly #runner: ScriptRunner;
  readonly #clock: RedisClock;
  readonly #pulse: RedisPulse;
  readonly #passes: RedisPasses;

  /** Watches its connection until `stop()`. `room`: most messages in the outbox of an item. */
  constructor(
    readonly client: RedisClient,
    readonly namespace: string,
    clock: Clock,
    readonly room: number,
  ) {
    this.#clock = new RedisClock(clock);
    this.#pulse = new RedisPulse(client, this.#clock);
    this.#runner = new ScriptRunner(client, this.#pulse);
    this.#passes = new RedisPasses(this.#runner, namespace);
  }

  /** Stops watching the connection. */
  stop(): void {
    this.#pulse.stop();
  }

  isUp(): boolean {
    return this.#pulse.isUp();
  }

  async reserve(batches: ReserveBatch[], budgetMs: number): Promise<ReserveOutcome[]> {
    checkBatchSizes(batches);
    if (budgetMs <= 0) return batches.map(() => ({ kind: "late" }));
    const until = this.#clock.now() + budgetMs;
    if (!this.#clock.known) await this.#learnClock(budgetMs);
    const shared = sharedPasses(batches);
    const claims = shared.length === 0 ? NO_CLAIMS : await this.#passes.claim(shared, budgetMs);
    const sentAt = this.#clock.now();
    const leftMs = Math.min(budgetMs, until - sentAt);
    const deadline = this.#clock.deadline(leftMs);
    const replies = await this.#runner.run(
      batches.map((batch) => this.#deduction(batch, deadline, claims)),
      Math.max(0, leftMs) + REPLY_GRACE_MS,
    );
    const outcomes = batches.map((batch, index) => {
      const reply = replies[index];
      this.#clock.learn(sentAt, replyTime(reply));
      return readOutcome(reply, batch, batch.requests);
    });
    if (claims !== NO_CLAIMS) this.#passes.giveBack(claims, outcomes);
    return outcomes;
  }

  async settle(messages: (ItemEpoch & { messageId: string })[]): Promise<void> {
    const calls = inGroups(messages).map(({ item, epoch, members }): ScriptCall => {
      const keys = keysOf(this.namespace, item);
      return {
        script: SCRIPTS.settle,
        keys: [keys.meta, keys.outbox, keys.due, keys.sends],
        args: [epoch, JSON.stringify(members.map(({ member }) => member.messageId))],
      };
    });
    await this.#runner.run(calls, SETTLE_TIMEOUT_MS);
  }

  #deduction(batch: ReserveBatch, deadline: number, { refused }: ClaimedPasses): ScriptCall {
    const { item, epoch, requests } = batch;
    const { meta, holders, outbox, due } = keysOf(this.namespace, item);
    const keys = [meta, holders, outbox, due];
    const args = [item, epoch, deadline, this.room];
    // Most batches bring no pass, and pay for none.
    if (!requests.some(bringsPass)) {
      return { script: SCRIPTS.deduct, keys, args: [...args, requestColumns(requests)] };
    }
    const passEnds = requests.map((request) => {
      if (!bringsPass(request)) return 0;
      keys.push(spentPassKey(this.namespace, item, request.pass!.passId));
      return refused.has(request) ? LONG_OVER : request.pass!.expiresAt;
    });
    const columns = requestColumns(requests, passEnds);
    return { script: SCRIPTS.deduct, keys, args: [...args, columns, ...PASS_TIMES] };
  }

  async #learnClock(timeoutMs: number): Promise<void> {
    const sentAt = this.#clock.now();
    try {
      const reply = await withDeadline(this.client.time(), timeoutMs, "waiting for Redis");
      this.#clock.learn(sentAt, timeMs(reply));
    } catch (error) {
      throw new RedisLedgerError("Cannot learn Redis' clock", { cause: error });
    }
  }
}
