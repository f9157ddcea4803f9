import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Sale } from "../catalog/catalog.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { ProofBook } from "../proof/proof_book.ts";
import type { ProofMaker } from "../proof/proof_maker.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import type { CleanUpBook, CleanUpFacts, Remains } from "./clean_up_book.ts";
import { closeLedgers } from "./close_ledgers.ts";
import {
  findObstacles,
  ledgerAway,
  type Obstacle,
  obstaclesOfProof,
  youngEvents,
} from "./obstacles.ts";
import { type CleanUpStep, removeSale } from "./remove_sale.ts";

/** What cleaning up works with. */
export interface CleanUpParts {
  cleanUpBook: CleanUpBook;
  getSale(saleId: number): Promise<Sale | null>;
  /** Closes a sale that is over; one that is closed stays as it is. */
  closeSale(saleId: number): Promise<void>;
  catalogVersion(): Promise<number>;
  book: Pick<OrderBook, "readItems" | "totals">;
  ledger: Pick<StockLedger, "isUp" | "readStock" | "listOutbox" | "setTerms" | "removeItems">;
  queue: Pick<OrderQueue, "isUp" | "closeOlderRoutes">;
  proofs: Pick<ProofBook, "get">;
  proofMaker: Pick<ProofMaker, "begin" | "made">;
  clock: Clock;
  delay(ms: number): Promise<void>;
  log: Log;
}

/** How far a clean-up is; `clean` when nothing is left to remove. */
export type CleanUpState = "none" | "running" | "fenced" | "clean";

/** What would go, or is left to go, and what stands in the way. */
export interface CleanUpView {
  saleId: number;
  state: CleanUpState;
  /** What a clean-up of this origin is doing. */
  step: CleanUpStep | null;
  cleanedAt: number | null;
  remains: Remains;
  /** Empty when it may begin. */
  obstacles: Obstacle[];
  /** Why the last one of this origin ended early. */
  failure: string | null;
}

/** What became of a wish to clean up. */
export type CleanUpStart =
  | { kind: "started"; view: CleanUpView }
  | { kind: "refused"; obstacles: Obstacle[] }
  | { kind: "not_found" };

/** Failures that are remembered, one per sale. */
const MAX_FAILURES = 100;

/** Times that a proof is made again because orders changed behind it. */
const PROOF_TRIES = 3;

/** Something stands in the way, found on the way. */
class ObstacleError extends Error {
  override name = "ObstacleError";

  constructor(readonly obstacles: Obstacle[]) {
    super(obstacles.map(({ detail }) => detail).join(" "));
  }
}

/**
 * Cleans up sales that are over, in the background. Every step can be repeated, and the database says
 * how far it got: whoever asks again after a crash, from any origin, goes on where it broke off.
 */
export class CleanUpDesk {
  readonly #running = new Map<number, { step: CleanUpStep; done: Promise<void> }>();
  readonly #failures = new Map<number, string>();
  readonly #stopping = new AbortController();

  constructor(readonly parts: CleanUpParts) {}

  /** Null for an unknown sale. Changes nothing. */
  async look(saleId: number): Promise<CleanUpView | null> {
    const [sale, facts] = await Promise.all([
      this.parts.getSale(saleId),
      this.parts.cleanUpBook.facts(saleId),
    ]);
    return sale && facts ? this.#view(facts, await this.#obstacles(sale, facts)) : null;
  }

  /**
   * Begins, unless something stands in the way; goes on with one that broke off. With `dropEvents`
   * those order events go too that the shop may not have read from the feed.
   */
  async begin(saleId: number, by: string, { dropEvents = false } = {}): Promise<CleanUpStart> {
    const view = await this.look(saleId);
    if (!view) return { kind: "not_found" };
    if (this.#running.has(saleId)) return { kind: "started", view };
    const obstacles = view.obstacles.filter(({ kind }) => !dropEvents || kind !== "young_events");
    if (obstacles.length > 0) return { kind: "refused", obstacles };
    this.#failures.delete(saleId);
    const done = this.#run(saleId, by, dropEvents).finally(() => this.#running.delete(saleId));
    this.#running.set(saleId, { step: "proof", done });
    const begun = { state: "running", step: "proof", obstacles, failure: null } as const;
    return { kind: "started", view: { ...view, ...begun } };
  }

  /** Waits for what this origin does with a sale. */
  async idle(saleId: number): Promise<void> {
    await this.#running.get(saleId)?.done;
  }

  /** Breaks off between two steps, and waits for that. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #view(facts: CleanUpFacts, obstacles: Obstacle[]): CleanUpView {
    const { saleId, cleanedAt, remains } = facts;
    const step = this.#running.get(saleId)?.step ?? null;
    const left = Object.values(remains).some((count) => count > 0);
    const state = step !== null
      ? "running"
      : cleanedAt === null
      ? "none"
      : left
      ? "fenced"
      : "clean";
    const failure = this.#failures.get(saleId) ?? null;
    return { saleId, state, step, cleanedAt, remains, obstacles, failure };
  }

  async #obstacles(sale: Sale, facts: CleanUpFacts): Promise<Obstacle[]> {
    if (this.#running.has(sale.saleId)) return [];
    // What is fenced already can only go on, unless all that is left has to wait.
    if (facts.cleanedAt !== null) {
      const left = Object.values(facts.remains).reduce((sum, count) => sum + count, 0);
      return left === facts.youngEvents ? youngEvents(facts) : [];
    }
    return await findObstacles(sale, facts, this.parts);
  }

  async #run(saleId: number, by: string, dropEvents: boolean): Promise<void> {
    const { cleanUpBook, log } = this.parts;
    try {
      const facts = await cleanUpBook.facts(saleId);
      if (facts?.cleanedAt === null) await this.#fence(saleId, by);
      const items = await this.#items(saleId);
      const enter = (step: CleanUpStep) => this.#enter(saleId, step);
      await removeSale({ saleId, items, dropEvents }, this.parts, enter);
      log.info("Cleaned up sale {saleId}", { saleId });
    } catch (error) {
      const foreseen = error instanceof ObstacleError;
      log.warning("Cannot clean up sale {saleId}: {error}", { saleId, error: String(error) });
      if (this.#failures.size >= MAX_FAILURES) this.#failures.clear();
      const again = "It broke off and can be begun again; the log of the origin says why.";
      this.#failures.set(saleId, foreseen ? error.message : again);
    }
  }

  /** Makes the final proof, and fences the sale in exactly the state that it proves. */
  async #fence(saleId: number, by: string): Promise<void> {
    const { cleanUpBook, closeSale, log } = this.parts;
    await closeSale(saleId);
    for (let attempt = 1; attempt <= PROOF_TRIES; attempt += 1) {
      this.#enter(saleId, "proof");
      await closeLedgers(saleId, this.parts).catch((error: unknown) => {
        log.warning("Cannot close the ledgers of sale {saleId}: {error}", {
          saleId,
          error: String(error),
        });
        throw new ObstacleError([ledgerAway()]);
      });
      const expected = await this.#prove(saleId, by);
      this.#enter(saleId, "fence");
      const outcome = await cleanUpBook.fence(saleId, expected);
      if (outcome === "fenced") return;
      if (outcome !== "changed") throw new Error(`Cannot fence sale ${saleId}: it is ${outcome}`);
    }
    const detail = "Orders of the sale are still changing.";
    throw new ObstacleError([{ kind: "moving", count: 1, detail }]);
  }

  async #prove(saleId: number, by: string) {
    const { proofMaker, proofs } = this.parts;
    const begun = await proofMaker.begin({ saleId, full: false, final: true, madeBy: by });
    if (begun.kind !== "begun") {
      const detail = "Another proof of this sale is being made: wait for it.";
      throw new ObstacleError([{ kind: "proof", count: 1, detail }]);
    }
    await proofMaker.made(begun.bundle.id);
    const bundle = await proofs.get(begun.bundle.id);
    if (bundle?.state !== "done" || bundle.outcome === null) {
      const detail = `The final proof could not be made: ${bundle?.reason ?? "it is gone"}.`;
      throw new ObstacleError([{ kind: "proof", count: 1, detail }]);
    }
    const obstacles = obstaclesOfProof(bundle.outcome);
    if (obstacles.length > 0) throw new ObstacleError(obstacles);
    return bundle.outcome.proof.items.map(({ productId, ...sums }) => {
      return { ...sums, item: itemKey(saleId, productId) };
    });
  }

  async #items(saleId: number): Promise<ItemKey[]> {
    const sale = await this.parts.getSale(saleId);
    return sale?.items.map(({ productId }) => itemKey(saleId, productId)) ?? [];
  }

  #enter(saleId: number, step: CleanUpStep): void {
    if (this.#stopping.signal.aborted) {
      throw new ObstacleError([{ kind: "moving", count: 1, detail: "The origin was stopped." }]);
    }
    const running = this.#running.get(saleId);
    if (running) running.step = step;
  }
}
