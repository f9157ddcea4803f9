import type { Clock } from "../../shared/clock.ts";
import {
  family,
  familyBy,
  type MetricFamily,
  withZeros,
} from "../../shared/metrics/metric_family.ts";
import type { SaleCounts } from "../reports/sale_counts.ts";
import type { PuzzlePool } from "./puzzle_pool.ts";

/** Different labels of one counter; what comes after is left out. */
const MAX_LABELS = 40;

/** What became of captchas. */
export class CaptchaCounts {
  readonly #issued = withZeros(["slider", "wait"], []);
  readonly #solved = withZeros(["pointer", "keyboard", "wait"], []);
  readonly #failed = new Map<string, number>();

  /** `sales` counts the same by sale. */
  constructor(readonly sales: Pick<SaleCounts, "captcha">, readonly clock: Clock) {}

  /** A challenge was sent: `slider` or `wait`. */
  issued(kind: string, saleId: number): void {
    add(this.#issued, kind);
    this.sales.captcha(saleId, "asked", this.clock());
  }

  /** A pass was given: for `pointer`, `keyboard` or `wait`. */
  solved(how: string, saleId: number): void {
    add(this.#solved, how);
    this.sales.captcha(saleId, "solved", this.clock());
  }

  /** No pass was given, and why; without a sale where nobody knows of which the challenge was. */
  failed(fault: string, saleId = 0): void {
    add(this.#failed, fault);
    this.sales.captcha(saleId, "failed", this.clock());
  }

  /** The figures for `/metrics`. */
  metrics(pool: Pick<PuzzlePool, "readyCount">): MetricFamily[] {
    const counted = (name: string, help: string, label: string, counts: Map<string, number>) =>
      familyBy("counter", `dropgate_edge_captcha_${name}_total`, help, label, counts);
    return [
      counted("challenges", "Challenges sent.", "kind", this.#issued),
      counted("solved", "Captcha passes given.", "input", this.#solved),
      counted("failed", "Answers without a pass.", "fault", this.#failed),
      family(
        "gauge",
        "dropgate_edge_captcha_puzzles_ready",
        "Puzzles drawn ahead.",
        pool.readyCount,
      ),
    ];
  }
}

function add(counts: Map<string, number>, label: string): void {
  const count = counts.get(label);
  if (count !== undefined) counts.set(label, count + 1);
  else if (counts.size < MAX_LABELS) counts.set(label, 1);
}
