import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import { SaleCounts } from "../reports/sale_counts.ts";
import type { Timers } from "../timers.ts";
import { CaptchaCounts } from "./captcha_counts.ts";
import { CaptchaDesk } from "./captcha_desk.ts";
import { CaptchaLimits } from "./captcha_limits.ts";
import { type ChallengeStore, randomId } from "./challenge.ts";
import type { StartDrawer } from "./draw_thread.ts";
import { EasyWays } from "./easy_ways.ts";
import { FailureRest } from "./failure_rest.ts";
import { MemoryChallenges } from "./memory_challenges.ts";
import { PassSigner } from "./pass_signer.ts";
import { PuzzlePool } from "./puzzle_pool.ts";
import { QuietWay } from "./quiet_way.ts";
import { MemorySeenTracks, type SeenTracks } from "./seen_tracks.ts";

/** What edges share of their captchas. */
export interface CaptchaSharing {
  challenges: ChallengeStore;
  seen: SeenTracks;
}

/** What a captcha service needs. */
export interface CaptchaServiceParts {
  sessionKey: string;
  clock: Clock;
  timers: Timers;
  log: Pick<Log, "warning">;
  /** Counts by sale; for itself when left out. */
  sales?: Pick<SaleCounts, "captcha">;
  /** This edge's own memory when left out. */
  sharing?: CaptchaSharing;
  /** A thread when left out. */
  startDrawer?: StartDrawer;
}

/** Everything about captchas that an edge has: made together, stopped together. */
export class CaptchaService {
  readonly pool: PuzzlePool;
  readonly counts: CaptchaCounts;
  readonly desk: CaptchaDesk;
  /** Reads the passes that buyers bring. */
  readonly passes: PassSigner;
  readonly #clock: Clock;

  constructor(parts: CaptchaServiceParts) {
    const { sessionKey, clock, sales = new SaleCounts(), sharing = ownMemory(), ...rest } = parts;
    this.#clock = clock;
    this.counts = new CaptchaCounts(sales, clock);
    this.pool = new PuzzlePool(rest);
    this.passes = new PassSigner(sessionKey);
    const [k0 = 0, k1 = 0] = crypto.getRandomValues(new Uint32Array(2));
    this.desk = new CaptchaDesk({
      ...sharing,
      pool: this.pool,
      limits: new CaptchaLimits({ nowMs: clock(), key: { k0, k1 } }),
      easy: new EasyWays({ nowMs: clock(), key: { k0, k1 } }),
      rest: new FailureRest(),
      quiet: new QuietWay({ key: sessionKey, clock }),
      signer: this.passes,
      counts: this.counts,
      randomId,
      clock,
    });
  }

  /** Draws ahead once a sale is published that may ask for the slider. */
  prepareFor(sales: readonly SnapshotSale[]): void {
    const nowMs = this.#clock();
    const asks = (sale: SnapshotSale) =>
      sale.captcha !== "off" && !sale.closed && sale.endsAt > nowMs;
    if (sales.some(asks)) this.pool.warm();
  }

  /** Ends the thread that draws. */
  stop(): void {
    this.pool.stop();
  }
}

function ownMemory(): CaptchaSharing {
  return { challenges: new MemoryChallenges({ randomId }), seen: new MemorySeenTracks() };
}
