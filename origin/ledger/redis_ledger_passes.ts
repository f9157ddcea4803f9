import { parseItemKey } from "../../shared/item.ts";
import { PASS_MAX_AHEAD_MS, PASS_MEMORY_MS, PASS_SLACK_MS } from "./pass_times.ts";
import { inPieces } from "./redis_ledger_groups.ts";
import { claimedPassKey } from "./redis_ledger_keys.ts";
import { type ScriptCall, type ScriptRunner, SCRIPTS } from "./redis_ledger_scripts.ts";
import type { ReserveBatch, ReserveOutcome, ReserveRequest, WishPass } from "./stock_ledger.ts";

/** The times of a pass as the scripts take them: slack, ahead, memory. */
export const PASS_TIMES = [PASS_SLACK_MS, PASS_MAX_AHEAD_MS, PASS_MEMORY_MS];

const GIVE_BACK_TIMEOUT_MS = 2_000;

/** Calls that give back at once; what is above stays with its wish until it is over. */
const MAX_GIVING_BACK = 64;

/** A wish with a shared pass, and where it stands among the batches. */
export interface SharedPass {
  saleId: number;
  pass: WishPass;
  /** As the scripts compare it: `productId user requestId`. */
  wish: string;
  request: ReserveRequest;
  /** Places of the batch and of the request in it. */
  at: [batch: number, request: number];
}

/** What became of the claims of one call. */
export interface ClaimedPasses {
  /** Wishes whose pass is another wish's, or over. */
  refused: ReadonlySet<ReserveRequest>;
  claimed: readonly SharedPass[];
}

/** Of a call without shared passes. */
export const NO_CLAIMS: ClaimedPasses = { refused: new Set(), claimed: [] };

/** Whether the pass of a wish counts: a look-up spends none. */
export function bringsPass(request: ReserveRequest): boolean {
  return request.pass !== null && !request.lookupOnly;
}

/** The wishes whose passes count for other items too. */
export function sharedPasses(batches: ReserveBatch[]): SharedPass[] {
  const shared: SharedPass[] = [];
  batches.forEach(({ item, requests }, batch) => {
    if (!requests.some(bringsPass)) return;
    const { saleId, productId } = parseItemKey(item);
    requests.forEach((request, place) => {
      const { pass, userId, requestId } = request;
      if (pass === null || !pass.isShared || request.lookupOnly) return;
      const wish = `${productId} ${userId} ${requestId}`;
      shared.push({ saleId, pass, wish, request, at: [batch, place] });
    });
  });
  return shared;
}

/**
 * The passes of sales with several items. Their items are in different slots, so no script sees all
 * of them: a pass is claimed for one wish on a key of the sale before the wish is decided.
 */
export class RedisPasses {
  #givingBack = 0;

  constructor(readonly runner: ScriptRunner, readonly namespace: string) {}

  /** Claims passes, one call per sale. @throws {RedisLedgerError} when any may be claimed or not. */
  async claim(shared: SharedPass[], timeoutMs: number): Promise<ClaimedPasses> {
    const pieces = bySale(shared);
    const calls = pieces.map((piece): ScriptCall => ({
      script: SCRIPTS.claimPasses,
      keys: this.#keys(piece),
      args: [
        JSON.stringify([
          piece.map(({ wish }) => wish),
          piece.map(({ pass }) => pass.expiresAt),
        ]),
        ...PASS_TIMES,
      ],
    }));
    const replies = await this.runner.run(calls, timeoutMs) as string[];
    const refused = new Set<ReserveRequest>();
    const claimed: SharedPass[] = [];
    pieces.forEach((piece, at) => {
      const letters = replies[at]!;
      piece.forEach((one, place) => {
        if (letters[place] === "y") claimed.push(one);
        else refused.add(one.request);
      });
    });
    return { refused, claimed };
  }

  /**
   * Gives back what no new reservation came of. Off the answer's path: a claim that stays only means
   * that its buyer has to solve another slider for another item.
   */
  giveBack({ claimed }: ClaimedPasses, outcomes: ReserveOutcome[]): void {
    const free = claimed.filter(({ at: [batch, place] }) => !hasWon(outcomes[batch]!, place));
    if (free.length === 0 || this.#givingBack >= MAX_GIVING_BACK) return;
    const calls = bySale(free).map((piece): ScriptCall => ({
      script: SCRIPTS.giveBackPasses,
      keys: this.#keys(piece),
      args: [JSON.stringify(piece.map(({ wish }) => wish))],
    }));
    this.#givingBack += 1;
    this.runner.run(calls, GIVE_BACK_TIMEOUT_MS).catch(() => {}).finally(() => {
      this.#givingBack -= 1;
    });
  }

  #keys(piece: SharedPass[]): string[] {
    return piece.map(({ saleId, pass }) => claimedPassKey(this.namespace, saleId, pass.passId));
  }
}

function hasWon(outcome: ReserveOutcome, place: number): boolean {
  if (outcome.kind !== "decided") return false;
  const decision = outcome.decisions[place]!;
  return decision.kind === "reserved" && !decision.repeat;
}

/** By sale, in pieces that a call can carry. */
function bySale(shared: SharedPass[]): SharedPass[][] {
  return [...Map.groupBy(shared, ({ saleId }) => saleId).values()].flatMap(inPieces);
}
