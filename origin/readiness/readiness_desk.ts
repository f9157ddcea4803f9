import { withDeadline } from "../../shared/shutdown.ts";
import type { Product, Sale } from "../catalog/catalog.ts";
import type { ReportList } from "../live/report_store.ts";
import { CLOCK_CHECKS } from "./clock_checks.ts";
import { OUTSIDE_CHECKS } from "./outside_checks.ts";
import { freshEdges, PROCESS_CHECKS, untilReports } from "./process_checks.ts";
import {
  type Check,
  CHECK_TIMEOUT_MS,
  type Readiness,
  type ReadinessCheck,
  type ReadinessParts,
} from "./readiness.ts";
import { SALE_CHECKS } from "./sale_checks.ts";
import { STORE_CHECKS } from "./store_checks.ts";

/** Every check, in the order of the list. */
export const CHECKS: readonly Check[] = [
  ...SALE_CHECKS,
  ...STORE_CHECKS,
  ...PROCESS_CHECKS,
  ...CLOCK_CHECKS,
  ...OUTSIDE_CHECKS,
];

/** From so long before its start a sale is checked by itself, and how often. */
export const WATCHED_BEFORE_MS = 15 * 60_000;
export const WATCH_INTERVAL_MS = 60_000;

/** How long publishing waits for the edges to have what was published. */
const EDGES_PATIENCE_MS = 3_000;

/** Products read at once. */
const PRODUCTS_AT_ONCE = 20;

/** Checks whether sales could sell: when somebody asks, and by itself before they start. */
export class ReadinessDesk {
  /** What was found last by itself, of sales that are about to start. */
  readonly #automatic = new Map<number, Readiness>();

  constructor(readonly parts: ReadinessParts, readonly checks: readonly Check[] = CHECKS) {}

  /**
   * The sale to check, also while the database is away, when this origin knows it. Null for one that
   * is not there. @throws {DatabaseError} when nobody can tell.
   */
  async findSale(saleId: number): Promise<Sale | null> {
    try {
      return await this.parts.catalog.getSale(saleId);
    } catch (error) {
      const known = this.parts.registry.current().sales.find((sale) => sale.saleId === saleId);
      if (known) return known;
      throw error;
    }
  }

  /** Runs every check that applies, all at once. What fails or takes too long is a red line. */
  async check(sale: Sale): Promise<Readiness> {
    const { clock } = this.parts;
    const nowMs = clock();
    const products = await this.#readProducts(sale);
    const subject = { sale, products, nowMs };
    const checks = await Promise.all(
      this.checks.filter((check) => check.appliesTo(sale)).map((check) =>
        this.#run(check, subject)
      ),
    );
    return {
      saleId: sale.saleId,
      status: sale.status,
      ready: checks.every(({ ok }) => ok),
      checks,
      checkedAt: clock(),
    };
  }

  /** Waits until every edge has the version of the sales that is in force now, for a few seconds. */
  async awaitEdges(): Promise<void> {
    try {
      const wanted = await this.parts.catalog.version();
      const haveIt = (list: ReportList) =>
        freshEdges(list).every(({ report }) => report.salesVersion >= wanted);
      await untilReports(this.parts, haveIt, EDGES_PATIENCE_MS);
    } catch {
      // The checks that follow say what is away.
    }
  }

  /** What was found by itself before the start; null when it was not looked at yet. */
  automatic(saleId: number): Readiness | null {
    return this.#automatic.get(saleId) ?? null;
  }

  /** Checks every published sale that is about to start, and says loudly what would keep it. */
  async watchStarts(): Promise<void> {
    const { registry, clock, log } = this.parts;
    const nowMs = clock();
    const soon = registry.current().sales.filter(({ status, startsAt }) =>
      status === "published" && startsAt > nowMs && startsAt <= nowMs + WATCHED_BEFORE_MS
    );
    const kept = new Set(soon.map(({ saleId }) => saleId));
    for (const saleId of this.#automatic.keys()) {
      if (!kept.has(saleId)) this.#automatic.delete(saleId);
    }
    for (const sale of soon) {
      const found = await this.check(sale);
      this.#automatic.set(sale.saleId, found);
      for (const { name, detail, advice } of found.checks.filter(({ ok }) => !ok)) {
        log.warning("Sale {saleId} starts soon and is not ready: {check}: {detail} {advice}", {
          saleId: sale.saleId,
          check: name,
          detail,
          advice,
          alarm: true,
        });
      }
    }
  }

  async #run(check: Check, subject: Parameters<Check["look"]>[0]): Promise<ReadinessCheck> {
    const { name } = check;
    try {
      const looking = Promise.try(() => check.look(subject, this.parts));
      const { ok, detail, advice } = await withDeadline(looking, CHECK_TIMEOUT_MS, "this check");
      return { name, ok, detail, advice };
    } catch (error) {
      this.parts.log.warning("Cannot check {name}: {error}", { name, error: String(error) });
      const reason = error instanceof Error ? error.message : String(error);
      const detail = `It does not answer: ${reason.slice(0, 300)}`;
      return { name, ok: false, detail, advice: check.advice };
    }
  }

  /** The products that can be read within the time of a check; the others are told as unread. */
  async #readProducts(sale: Sale): Promise<Map<number, Product>> {
    const products = new Map<number, Product>();
    const ids = sale.items.map(({ productId }) => productId);
    const readAll = async () => {
      for (let at = 0; at < ids.length; at += PRODUCTS_AT_ONCE) {
        const some = ids.slice(at, at + PRODUCTS_AT_ONCE);
        const found = await Promise.all(some.map((id) => this.parts.catalog.getProduct(id)));
        for (const product of found) if (product) products.set(product.productId, product);
      }
    };
    await withDeadline(readAll(), CHECK_TIMEOUT_MS, "reading products").catch(() => {});
    return products;
  }
}
