import { createHash } from "node:crypto";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";
import type { RedisClient } from "./redis_client.ts";
import adjust from "../../lua/adjust.lua" with { type: "text" };
import claimPasses from "../../lua/claim_passes.lua" with { type: "text" };
import claimUnsettled from "../../lua/claim_unsettled.lua" with { type: "text" };
import close from "../../lua/close.lua" with { type: "text" };
import deduct from "../../lua/deduct.lua" with { type: "text" };
import fence from "../../lua/fence.lua" with { type: "text" };
import findReservations from "../../lua/find_reservations.lua" with { type: "text" };
import giveBackPasses from "../../lua/give_back_passes.lua" with { type: "text" };
import listOutbox from "../../lua/list_outbox.lua" with { type: "text" };
import listReservations from "../../lua/list_reservations.lua" with { type: "text" };
import openItem from "../../lua/open_item.lua" with { type: "text" };
import readStock from "../../lua/read_stock.lua" with { type: "text" };
import release from "../../lua/release.lua" with { type: "text" };
import removeItem from "../../lua/remove_item.lua" with { type: "text" };
import salvage from "../../lua/salvage.lua" with { type: "text" };
import setTerms from "../../lua/set_terms.lua" with { type: "text" };
import settle from "../../lua/settle.lua" with { type: "text" };
import stage from "../../lua/stage.lua" with { type: "text" };

/** A script as it is sent: its text and the hash that names it. */
export interface Script {
  text: string;
  sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/** Every script of the ledger; those that read no clock and no fence go without it. */
export const SCRIPTS = {
  adjust: script(fence + adjust),
  claimPasses: script(fence + claimPasses),
  claimUnsettled: script(fence + claimUnsettled),
  close: script(close),
  deduct: script(fence + deduct),
  findReservations: script(fence + findReservations),
  giveBackPasses: script(giveBackPasses),
  listOutbox: script(fence + listOutbox),
  listReservations: script(fence + listReservations),
  openItem: script(fence + openItem),
  readStock: script(fence + readStock),
  release: script(fence + release),
  removeItem: script(removeItem),
  salvage: script(salvage),
  setTerms: script(fence + setTerms),
  settle: script(fence + settle),
  stage: script(fence + stage),
} as const;

/** One call of a script. */
export interface ScriptCall {
  script: Script;
  keys: string[];
  args: (string | number)[];
}

/** Redis could not be asked, did not answer in time, or answered with an error. */
export class RedisLedgerError extends Error {
  override name = "RedisLedgerError";
}

/** Who hears whether calls are answered. */
export interface CallListener {
  answered(): void;
  missed(): void;
}

/**
 * A timeout shorter than this says more about the caller's hurry than about the server, and does
 * not make it look away.
 */
const TELLING_TIMEOUT_MS = 200;

type Reply = [Error | null, unknown];

/** Runs scripts by their hash, all calls in one round trip. */
export class ScriptRunner {
  constructor(readonly client: RedisClient, readonly listener: CallListener) {}

  /**
   * The answers in the order of the calls. Scripts that the server does not know are loaded and
   * called once more; that is safe because a call carries its own fence, deadline and ids.
   *
   * @throws {RedisLedgerError} when one call failed or the answers took longer than `timeoutMs`;
   * any of the calls may have happened.
   */
  async run(calls: ScriptCall[], timeoutMs: number): Promise<unknown[]> {
    if (calls.length === 0) return [];
    let replies: Reply[];
    try {
      replies = await withDeadline(this.#runAll(calls), timeoutMs, "waiting for Redis");
    } catch (error) {
      if (error instanceof DeadlineError && timeoutMs >= TELLING_TIMEOUT_MS) {
        this.listener.missed();
      }
      throw new RedisLedgerError(`Cannot ask Redis: ${messageOf(error)}`, { cause: error });
    }
    return replies.map(([error, result]) => {
      if (error) {
        if (error.message === "Command timed out") this.listener.missed();
        throw new RedisLedgerError(`Cannot ask Redis: ${error.message}`, { cause: error });
      }
      this.listener.answered();
      return result;
    });
  }

  async #runAll(calls: ScriptCall[]): Promise<Reply[]> {
    const replies = await this.#send(calls);
    const unknown = calls.map((_, index) => index).filter((index) =>
      replies[index]?.[0]?.message.startsWith("NOSCRIPT")
    );
    if (unknown.length === 0) return replies;
    const missing = unknown.map((index) => calls[index]!);
    for (const text of new Set(missing.map((call) => call.script.text))) {
      await this.client.script("LOAD", text);
    }
    const again = await this.#send(missing);
    unknown.forEach((index, position) => replies[index] = again[position]!);
    return replies;
  }

  async #send(calls: ScriptCall[]): Promise<Reply[]> {
    const pipeline = this.client.pipeline();
    for (const { script, keys, args } of calls) {
      pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
    }
    const replies = await pipeline.exec();
    if (!replies) throw new RedisLedgerError("Cannot ask Redis: it gave no answers");
    return replies;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
