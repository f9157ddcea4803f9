import type { PuzzlePool } from "./puzzle_pool.ts";

/** Different labels of one counter; what comes after is left out. */
const MAX_LABELS = 40;

/** What became of captchas. */
export class CaptchaCounts {
  readonly #issued = new Map<string, number>();
  readonly #solved = new Map<string, number>();
  readonly #failed = new Map<string, number>();

  /** A challenge was sent: `slider` or `wait`. */
  issued(kind: string): void {
    add(this.#issued, kind);
  }

  /** A pass was given: for `pointer`, `keyboard` or `wait`. */
  solved(how: string): void {
    add(this.#solved, how);
  }

  /** No pass was given, and why. */
  failed(fault: string): void {
    add(this.#failed, fault);
  }

  /** Lines in the Prometheus text format. */
  metrics(pool: Pick<PuzzlePool, "readyCount">): string[] {
    const name = "dropgate_edge_captcha";
    return [
      ...counter(`${name}_challenges_total`, "Challenges sent.", "kind", this.#issued),
      ...counter(`${name}_solved_total`, "Captcha passes given.", "input", this.#solved),
      ...counter(`${name}_failed_total`, "Answers without a pass.", "fault", this.#failed),
      `# HELP ${name}_puzzles_ready Puzzles drawn ahead.`,
      `# TYPE ${name}_puzzles_ready gauge`,
      `${name}_puzzles_ready ${pool.readyCount}`,
    ];
  }
}

function add(counts: Map<string, number>, label: string): void {
  const count = counts.get(label);
  if (count !== undefined) counts.set(label, count + 1);
  else if (counts.size < MAX_LABELS) counts.set(label, 1);
}

function counter(
  name: string,
  help: string,
  label: string,
  counts: ReadonlyMap<string, number>,
): string[] {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} counter`];
  for (const [value, count] of counts) lines.push(`${name}{${label}="${value}"} ${count}`);
  return lines;
}
