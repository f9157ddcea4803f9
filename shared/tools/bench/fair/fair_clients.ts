import { PASS_TTL_MS } from "../../../../edge/captcha/captcha_rules.ts";
import type { ClientAddress } from "../../../../edge/gate/gate_parts.ts";
import type { EasyWays } from "../../../../edge/captcha/easy_ways.ts";
import type { FailureRest } from "../../../../edge/captcha/failure_rest.ts";
import { WAIT_MS } from "../../../../edge/captcha/quiet_way.ts";
import type { Chance } from "./chance.ts";
import type { EventQueue } from "./event_queue.ts";
import type { FairAnswer, FairShop } from "./fair_shop.ts";

/** How a script works. */
export type ScriptManner =
  /** Tries again and again from half a minute before the start. */
  | "hammers"
  /** Keeps still until the start and tries once at that very moment. */
  | "waits";

/** What the clients of one run act on. */
export interface FairStage {
  shop: FairShop;
  queue: EventQueue;
  chance: Chance;
  startsAtMs: number;
  /** Whether the sale asks everybody for the slider, as its page says. */
  asksAlways: boolean;
  /** A pass for who has solved a slider, good for this long. */
  sign(userId: string, nowMs: number): { pass: string; expiresAt: number };
  /** How often a script's solver is right, 0 to 1; 0: it has none. */
  solverRate: number;
  /** What bounds keyboard and quiet way, when the scripts take those; null: they do not. */
  easy: EasyWays | null;
  saleId: number;
  /** How often a slider may be asked for, ms between two once the first few are used up. */
  sliderEveryMs: number;
  sliderBurst: number;
  /** Who answers wrong again and again rests. */
  rest: FailureRest;
}

/** How the network delays one way, ms. */
const WAY_MS = [15, 80] as const;

/** People answer a slider right this often. */
const PEOPLE_SOLVE = 0.95;

/** Tries of one client; whoever has made so many gives up. */
const MAX_TRIES = 60;

/** Somebody, or something, that wants one piece. */
abstract class Client {
  won = false;
  tries = 0;
  sliders = 0;
  #pass: { pass: string; expiresAt: number } | null = null;
  #slidersLeft: number;
  #slidersAtMs = 0;

  constructor(readonly stage: FairStage, readonly userId: string) {
    this.#slidersLeft = stage.sliderBurst;
  }

  abstract address(): ClientAddress;
  /** How long it takes to solve a slider, ms, and how often it is right. */
  abstract solving(): { tookMs: number; rate: number };
  abstract heard(answer: FairAnswer): void;

  /** Sends a try; its answer comes to `heard`. */
  buy(): void {
    const { queue, chance, shop } = this.stage;
    if (this.tries >= MAX_TRIES || this.won) return;
    this.tries += 1;
    const address = this.address();
    queue.after(chance.between(...WAY_MS), () => {
      const pass = this.#pass !== null && this.#pass.expiresAt > queue.nowMs ? this.#pass : null;
      const answer = shop.buy(
        { userId: this.userId, address, pass: pass?.pass ?? null },
        queue.nowMs,
      );
      if (answer.kind === "won") this.won = true;
      if (answer.kind === "captcha_required") this.#pass = null;
      queue.after(chance.between(...WAY_MS), () => this.heard(answer));
    });
  }

  hasPass(): boolean {
    return this.#pass !== null && this.#pass.expiresAt > this.stage.queue.nowMs;
  }

  /** Takes a pass. */
  protected earn(): void {
    this.#pass = this.stage.sign(this.userId, this.stage.queue.nowMs);
  }

  /** Solves sliders until one is right, then goes on. */
  solve(then: () => void): void {
    const { queue, chance, shop } = this.stage;
    const { tookMs, rate } = this.solving();
    if (rate === 0 || this.sliders >= MAX_TRIES) return;
    this.sliders += 1;
    queue.after(this.#sliderWaitMs() + tookMs, () => {
      if (chance.happens(rate)) {
        this.stage.rest.noteSolved(this.userId);
        this.earn();
        return then();
      }
      this.stage.rest.noteFailed(this.userId, queue.nowMs);
      shop.fail(this.userId, this.address(), queue.nowMs);
      this.solve(then);
    });
  }

  /** What the limit on sliders makes everybody wait. */
  #sliderWaitMs(): number {
    const { sliderEveryMs, sliderBurst, queue } = this.stage;
    const passed = queue.nowMs - this.#slidersAtMs;
    this.#slidersLeft = Math.min(sliderBurst, this.#slidersLeft + passed / sliderEveryMs) - 1;
    this.#slidersAtMs = queue.nowMs;
    const limitMs = this.#slidersLeft >= 0 ? 0 : -this.#slidersLeft * sliderEveryMs;
    return Math.max(limitMs, this.stage.rest.restMs(this.userId, queue.nowMs));
  }
}

/** A person with a browser on Dropgate's own page. */
export class Person extends Client {
  constructor(stage: FairStage, userId: string, readonly place: ClientAddress) {
    super(stage, userId);
    const { queue, chance, startsAtMs, asksAlways, shop } = stage;
    // Most come early, some in the first seconds.
    const comesAtMs = startsAtMs +
      (chance.happens(0.85) ? -chance.between(1_000, 240_000) : chance.between(0, 8_000));
    queue.at(comesAtMs, () => {
      shop.look(place, queue.nowMs);
      const readyMs = startsAtMs - queue.nowMs - 90_000;
      // The page offers the slider from 90 s before the start.
      if (asksAlways) queue.after(readyMs + this.#thinkMs(1_500), () => this.solve(() => {}));
      // The button opens with a jitter of its own, and then a person has to see it.
      const opensAtMs = Math.max(queue.nowMs, startsAtMs + chance.between(0, 300));
      queue.at(opensAtMs + this.#thinkMs(chance.happens(0.2) ? 4_000 : 600), () => this.#press());
    });
  }

  address(): ClientAddress {
    return this.place;
  }

  solving(): { tookMs: number; rate: number } {
    return { tookMs: this.#thinkMs(5_000), rate: PEOPLE_SOLVE };
  }

  heard(answer: FairAnswer): void {
    const { queue, chance } = this.stage;
    switch (answer.kind) {
      case "captcha_required":
        return this.solve(() => this.buy());
      case "rate_limited":
      case "not_started":
        // The page waits by itself and tries again.
        return queue.after(answer.retryAfterMs + chance.between(0, 1_000), () => this.buy());
    }
  }

  #press(): void {
    if (this.stage.asksAlways && !this.hasPass()) this.solve(() => this.buy());
    else this.buy();
  }

  #thinkMs(medianMs: number): number {
    return this.stage.chance.logNormal(medianMs, 0.5);
  }
}

/** Finding the gap and pressing keys like somebody quick, ms. */
const KEYS_MS = 2_000;

/** One account of a script, which moves from address to address with every try. */
export class ScriptAccount extends Client {
  #turn: number;
  #then: (() => void) | null = null;

  constructor(
    stage: FairStage,
    userId: string,
    readonly places: ClientAddress[],
    readonly manner: ScriptManner,
    turn: number,
  ) {
    super(stage, userId);
    this.#turn = turn;
    const { queue, chance, startsAtMs, asksAlways, solverRate, easy } = stage;
    // As early as a pass still lives at the start.
    if (asksAlways && easy !== null) {
      const beginsMs = PASS_TTL_MS + WAIT_MS - 1_000;
      queue.at(startsAtMs - beginsMs + chance.between(0, 1_000), () => this.solve(() => {}));
    } else if (asksAlways && solverRate > 0) {
      queue.at(startsAtMs - 110_000 + chance.between(0, 20_000), () => this.solve(() => {}));
    }
    const firstAtMs = manner === "hammers" ? -30_000 + chance.between(0, 1_000) : 0;
    queue.at(startsAtMs + firstAtMs, () => this.buy());
  }

  address(): ClientAddress {
    this.#turn = (this.#turn + 1) % this.places.length;
    return this.places[this.#turn]!;
  }

  solving(): { tookMs: number; rate: number } {
    // The work takes milliseconds; the drag has to last as long as a person's.
    return { tookMs: this.stage.chance.between(900, 1_500), rate: this.stage.solverRate };
  }

  override solve(then: () => void): void {
    if (this.stage.easy === null) return super.solve(then);
    const isUnderWay = this.#then !== null;
    this.#then = then;
    if (!isUnderWay) this.#tryEasily(this.stage.easy);
  }

  /** The quiet way while there is time for it, then keys: both always right. */
  #tryEasily(easy: EasyWays): void {
    const { queue, chance, startsAtMs, saleId, shop } = this.stage;
    if (shop.stock === 0) return;
    const refusedMs = easy.take(saleId, queue.nowMs);
    if (refusedMs > 0) {
      const waitMs = refusedMs + chance.between(0, 4_000);
      return queue.after(waitMs, () => this.#tryEasily(easy));
    }
    this.sliders += 1;
    const isEarly = queue.nowMs < startsAtMs - WAIT_MS;
    queue.after(isEarly ? WAIT_MS : KEYS_MS, () => {
      const then = this.#then!;
      this.#then = null;
      this.earn();
      then();
    });
  }

  heard(answer: FairAnswer): void {
    const { queue, chance } = this.stage;
    switch (answer.kind) {
      case "captcha_required":
        return this.solve(() => this.buy());
      case "rate_limited":
        return queue.after(answer.retryAfterMs, () => this.buy());
      case "not_started":
        if (this.manner === "hammers") queue.after(chance.between(500, 1_000), () => this.buy());
        else queue.after(chance.between(1, 20), () => this.buy());
    }
  }
}
