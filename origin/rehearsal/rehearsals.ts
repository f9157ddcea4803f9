import type { CatalogRegistry } from "../buy/sale_registry.ts";
import type { Sale } from "../catalog/catalog.ts";
import { clearCopy } from "./clear_copy.ts";
import { planItems } from "./rehearsal_plan.ts";
import { emptyReport } from "./rehearsal_report.ts";
import { type RehearsalParts, RehearsalStage } from "./rehearsal_stage.ts";
import { runRehearsal } from "./run_rehearsal.ts";

/** How soon before a sale nobody rehearses any more. */
export const QUIET_BEFORE_MS = 10 * 60_000;

/** After so long without a sign of life a rehearsal is cleared away by another process. */
export const ABANDONED_AFTER_MS = 30_000;

/** How often an origin looks for rehearsals that nobody carries on. */
export const CLEARING_INTERVAL_MS = 10_000;

/** A wish to rehearse a sale. */
export interface RehearsalWish {
  sale: Sale;
  /** Left out: a fifth more than there are pieces. */
  buyers: number | undefined;
  /** Also while a sale is open or about to begin. */
  force: boolean;
  startedBy: string;
}

export type RehearsalStart =
  | { kind: "started"; rehearsalId: number }
  /** The present state does not allow it; nothing was done. */
  | { kind: "refused"; reason: string };

/** The rehearsals that this origin starts, and what it clears away for others. */
export class Rehearsals {
  readonly #stopping = new AbortController();
  /** At most one: the record lets nobody begin a second. */
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly parts: RehearsalParts & { sales: Pick<CatalogRegistry, "current"> },
  ) {}

  /** Begins a rehearsal, which goes on behind the answer. */
  async start({ sale, buyers, force, startedBy }: RehearsalWish): Promise<RehearsalStart> {
    const { rehearsals, ledger, queue, log } = this.parts;
    const obstacle = force ? null : this.#salesAtRisk();
    if (obstacle !== null) return { kind: "refused", reason: obstacle };
    if (!ledger.isUp()) return { kind: "refused", reason: "The ledger is away" };
    if (!queue.isUp()) return { kind: "refused", reason: "The queue is away" };
    if (this.#stopping.signal.aborted) {
      return { kind: "refused", reason: "This origin is stopping" };
    }
    const report = emptyReport(planItems(sale, buyers));
    const rehearsalId = await rehearsals.begin(sale.saleId, startedBy, report);
    if (rehearsalId === null) {
      return { kind: "refused", reason: "Another rehearsal is running or being cleared away" };
    }
    const stage = new RehearsalStage(
      rehearsalId,
      sale,
      report,
      this.parts,
      this.#stopping.signal,
    );
    this.#running = runRehearsal(stage).catch((error: unknown) => {
      log.error("Cannot end rehearsal {rehearsalId}, it will be cleared away: {error}", {
        rehearsalId,
        error: String(error),
      });
    });
    return { kind: "started", rehearsalId };
  }

  /** Why a rehearsal would take something from real buyers; null when it would not. */
  #salesAtRisk(): string | null {
    const nowMs = this.parts.clock();
    const near = this.parts.sales.current().sales.find((sale) =>
      sale.status === "published" && sale.endsAt > nowMs && sale.startsAt <= nowMs + QUIET_BEFORE_MS
    );
    if (!near) return null;
    const when = near.startsAt <= nowMs ? "is open" : "starts within 10 minutes";
    return `Sale ${near.saleId} (${near.title}) ${when}: a rehearsal would take its speed`;
  }

  /** Clears away what nobody carries on; returns how many were cleared. @throws when one could not be */
  async clearAbandoned(): Promise<number> {
    const { rehearsals, clock, log } = this.parts;
    const abandoned = await rehearsals.abandoned(clock() - ABANDONED_AFTER_MS);
    let cleared = 0;
    for (const { rehearsalId, copySaleId, aliveAt } of abandoned) {
      if (!await rehearsals.takeOver(rehearsalId, aliveAt)) continue;
      log.warning("Rehearsal {rehearsalId} was left alone: clearing it away", { rehearsalId });
      if (copySaleId !== null) await clearCopy(rehearsalId, copySaleId, this.parts);
      cleared += 1;
    }
    return cleared;
  }

  /** Resolves when the rehearsal that runs here, if any, has ended. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Breaks off what runs here; it still removes what it made. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the origin stopped"));
    await this.#running;
  }
}
