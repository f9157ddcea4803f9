import { pause } from "../services/poll.ts";
import type { Probe } from "./probe.ts";
import { type Findings, noCounts, type Violation } from "./findings.ts";

const EVERY_MS = 200;

/** One look at the record while the system is being broken. */
export interface StockSample {
  at: number;
  stock: number;
  sold: number;
  held: number;
}

/** Looks at the record five times a second, for I2: never more held than was put on sale. */
export class StockSampler {
  readonly samples: StockSample[] = [];
  /** Looks that failed because the database was away. */
  missed = 0;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(probe: Probe, sale: { saleId: number; productId: number }) {
    this.#running = this.#run(probe, [sale.saleId, sale.productId]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(probe: Probe, ids: number[]): Promise<void> {
    const text = `SELECT stock, sold, (
        SELECT COALESCE(SUM(quantity), 0) FROM orders
        WHERE sale_id = sale_item.sale_id AND product_id = sale_item.product_id AND live = 1
      ) AS held FROM sale_item WHERE sale_id = ? AND product_id = ?`;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const [row] = await probe.sql<Omit<StockSample, "at">>(text, ids);
        if (row) this.samples.push({ at: Date.now(), ...row });
      } catch {
        this.missed += 1;
      }
      await pause(EVERY_MS, signal);
    }
  }
}

/** I2 in every sample; unlimited stock cannot be oversold. */
export function checkSamples(samples: readonly StockSample[]): Findings {
  const counts = noCounts();
  const violations: Violation[] = [];
  for (const { stock, sold, held } of samples) {
    if (stock < 0) continue;
    counts.oversold = Math.max(counts.oversold, held - stock, sold - stock);
  }
  const worst = samples.find(({ stock, sold, held }) => stock >= 0 && Math.max(sold, held) > stock);
  if (worst) {
    const { stock, sold, held } = worst;
    violations.push({
      rule: "I2",
      text: `at one moment sold was ${sold} and orders held ${held} of ${stock} pieces`,
    });
  }
  return { violations, counts };
}
