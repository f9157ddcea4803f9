import type { Log } from "../../shared/log.ts";
import type { LiveFrame } from "./live_frame.ts";
import { LiveSale } from "./live_sale.ts";
import { type LiveSourceParts, LiveSources } from "./live_sources.ts";
import { ReportSeries } from "./report_series.ts";

/** A little under a second, so that there is one in every second. */
const FRAME_EVERY_MS = 950;

/** Watchers of all sales together. */
export const MAX_WATCHERS = 100;

/** Sales that are followed at once. */
export const MAX_FOLLOWED = 20;

/** How long a sale is still followed when nobody looks, so that a page that comes back has charts. */
const LINGER_MS = 10 * 60_000;

/** Silence after which watchers hear that the connection lives. */
const HEARTBEAT_MS = 5_000;

/** Who watches a sale. */
export interface Watcher {
  /** A frame was made; `text` is its JSON. */
  frame(id: number, text: string): void;
  /** Nothing to say for a while. */
  heartbeat(): void;
  /** No more frames: the process drains. */
  end(): void;
}

/** What came of wanting to watch. */
export type Watching =
  | { kind: "watching"; history: string; last: { id: number; text: string } | null; leave(): void }
  /** The sale is not sold here: a draft, or over for long. */
  | { kind: "unknown" }
  | { kind: "full" | "draining" };

/** What the desk works with. */
export interface LiveDeskParts extends LiveSourceParts {
  log: Log;
}

/**
 * Makes one frame per second of every sale that somebody watches, however many do. Sales are read
 * together in rounds; whatever cannot be read in time is missing in that frame and nothing else.
 */
export class LiveDesk {
  readonly #sources: LiveSources;
  readonly #series = new ReportSeries();
  /** At most `MAX_FOLLOWED`. */
  readonly #sales = new Map<number, LiveSale>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #round: Promise<void> | null = null;
  #draining = false;
  #heardAt = 0;
  /** The keeper's clock minus this origin's, when reports were last read, ms. */
  #keeperOffsetMs = 0;

  constructor(readonly parts: LiveDeskParts) {
    this.#sources = new LiveSources(parts);
  }

  /** How many watch now, over all sales. */
  get watcherCount(): number {
    return [...this.#sales.values()].reduce((sum, sale) => sum + sale.watchers.size, 0);
  }

  /** Begins to watch; whoever got `watching` has to `leave` once. */
  watch(saleId: number, watcher: Watcher): Watching {
    if (this.#draining) return { kind: "draining" };
    if (this.#sources.sale(saleId) === undefined) return { kind: "unknown" };
    if (this.watcherCount >= MAX_WATCHERS) return { kind: "full" };
    const sale = this.#follow(saleId);
    if (sale === null) return { kind: "full" };
    sale.watchers.add(watcher);
    return {
      kind: "watching",
      history: JSON.stringify(sale.history.columns()),
      last: sale.last && { id: sale.last.id, text: sale.lastText },
      leave: () => {
        sale.watchers.delete(watcher);
        sale.seenAt = this.parts.clock();
      },
    };
  }

  /** The newest frame of a sale, one second old at most; makes it when nobody watches. */
  async now(saleId: number): Promise<LiveFrame | Exclude<Watching["kind"], "watching">> {
    if (this.#draining) return "draining";
    if (this.#sources.sale(saleId) === undefined) return "unknown";
    const sale = this.#follow(saleId);
    if (sale === null) return "full";
    sale.seenAt = this.parts.clock();
    // A round that was under way may not have known this sale yet.
    for (let rounds = 0; sale.last === null && rounds < 2; rounds += 1) await this.round();
    return sale.last ?? "unknown";
  }

  /** Ends every stream and takes no new one: whoever watches turns to another origin. */
  drain(): void {
    this.#draining = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const sale of this.#sales.values()) {
      for (const watcher of sale.watchers) watcher.end();
      sale.watchers.clear();
    }
    this.#sales.clear();
  }

  /** Drains, and waits for the round under way. */
  async stop(): Promise<void> {
    this.drain();
    await this.#round;
  }

  /** Makes a frame of every followed sale; a call that comes meanwhile shares it. Never rejects. */
  round(): Promise<void> {
    this.#round ??= this.#makeFrames().catch((error: unknown) => {
      this.parts.log.warning("Cannot make live figures: {error}", { error: String(error) });
    }).finally(() => this.#round = null);
    return this.#round;
  }

  #follow(saleId: number): LiveSale | null {
    const known = this.#sales.get(saleId);
    if (known) return known;
    if (this.#sales.size >= MAX_FOLLOWED && !this.#forgetOne()) return null;
    const sale = new LiveSale(saleId, this.parts.clock());
    this.#sales.set(saleId, sale);
    this.#timer ??= setInterval(() => void this.round(), FRAME_EVERY_MS);
    void this.round();
    return sale;
  }

  /** Gives up the sale that nobody has looked at for longest. */
  #forgetOne(): boolean {
    const idle = [...this.#sales.values()].filter(({ watchers }) => watchers.size === 0);
    const oldest = idle.sort((a, b) => a.seenAt - b.seenAt)[0];
    return oldest !== undefined && this.#sales.delete(oldest.saleId);
  }

  async #makeFrames(): Promise<void> {
    const { clock } = this.parts;
    this.#forgetIdle();
    const shared = await this.#sources.shared();
    const gone = shared.reports !== null && this.#series.take(shared.reports);
    if (shared.reports !== null) this.#keeperOffsetMs = shared.reports.now - clock();
    const ended = await this.#sources.ended(gone);
    await Promise.all([...this.#sales.values()].map(async (followed) => {
      const sale = this.#sources.sale(followed.saleId);
      if (sale === undefined) return;
      const own = await this.#sources.ofSale(sale);
      followed.addFrame({
        nowMs: clock(),
        keeperMs: clock() + this.#keeperOffsetMs,
        sale,
        salesVersion: this.parts.registry.current().version,
        shared,
        own,
        series: this.#series,
        ended,
      });
      this.#heardAt = clock();
    }));
    if (Math.abs(clock() - this.#heardAt) >= HEARTBEAT_MS) this.#heartbeat();
  }

  #heartbeat(): void {
    this.#heardAt = this.parts.clock();
    for (const sale of this.#sales.values()) {
      for (const watcher of sale.watchers) watcher.heartbeat();
    }
  }

  #forgetIdle(): void {
    const now = this.parts.clock();
    for (const [saleId, { watchers, seenAt }] of this.#sales) {
      if (watchers.size === 0 && Math.abs(now - seenAt) > LINGER_MS) this.#sales.delete(saleId);
    }
    if (this.#sales.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
