import type { SnapshotSale } from "../../../internal_api.ts";
import { gateChecks, judge } from "../../../../edge/gate/gate.ts";
import type { CaptchaPass, ClientAddress, GateParts } from "../../../../edge/gate/gate_parts.ts";
import type { Identity } from "../../../../edge/gate/identity.ts";
import { SaleEntry } from "../../../../edge/sale_index.ts";

/** What a client of the simulation does. */
export interface FairTry {
  userId: string;
  address: ClientAddress;
  /** The pass that was earned, or null. */
  pass: string | null;
}

/** What it hears. */
export type FairAnswer =
  | { kind: "won" | "already_bought" | "sold_out" | "captcha_required" }
  | { kind: "not_started" | "rate_limited"; retryAfterMs: number }
  | { kind: "refused"; code: string };

const BODY = '{"productId":1}';

/** Headers of all tries without a pass; nobody writes to them. */
const NO_HEADERS = new Headers();

/**
 * A shop with one item: the very checks of the edge's gate, and behind them the rules of the ledger
 * in their simplest form (a pass once, one per buyer, no more than there is).
 */
export class FairShop {
  readonly #checks: ReturnType<typeof gateChecks>;
  readonly #sale: SaleEntry;
  readonly #holders = new Set<string>();
  readonly #spent = new Set<string>();
  #stock: number;

  constructor(
    facts: SnapshotSale,
    readonly parts: Omit<GateParts, "identity">,
    nowMs: number,
  ) {
    this.#sale = new SaleEntry(facts, nowMs);
    this.#stock = facts.items[0]!.stock;
    // Who asks is known here without a signature.
    const identity = { writer: () => null } as unknown as Identity;
    this.#checks = gateChecks({ ...parts, identity, randomness: { fraction: () => 0 } });
  }

  get stock(): number {
    return this.#stock;
  }

  /** Judges one try at its moment. */
  buy({ userId, address, pass }: FairTry, nowMs: number): FairAnswer {
    const attempt = {
      headers: pass === null ? NO_HEADERS : new Headers({ "x-captcha-pass": pass }),
      secure: false,
      address,
      bodyText: BODY,
      sale: this.#sale,
      nowMs,
      requestId: null,
      givenId: null,
      body: null,
      item: null,
      session: { userId, level: 0, expiresAt: Infinity },
      pass: undefined as CaptchaPass | null | undefined,
      overHalf: false,
      needsPass: false,
    };
    const refused = judge(this.#checks, attempt);
    if (refused !== null) {
      const retryAfterMs = 1_000 * Number(refused.headers?.["retry-after"] ?? 1);
      switch (refused.code) {
        case "not_started":
        case "rate_limited":
          return { kind: refused.code, retryAfterMs };
        case "captcha_required":
        case "sold_out":
          return { kind: refused.code };
        default:
          return { kind: "refused", code: refused.code };
      }
    }
    if (this.#holders.has(userId)) return { kind: "already_bought" };
    if (this.#stock === 0) return { kind: "sold_out" };
    if (attempt.needsPass) {
      const { passId } = attempt.pass!;
      if (this.#spent.has(passId)) return { kind: "captcha_required" };
      this.#spent.add(passId);
    }
    this.#stock -= 1;
    this.#holders.add(userId);
    const item = this.#sale.items.get(1)!;
    this.#sale.setStock(item, this.#stock, nowMs);
    return { kind: "won" };
  }

  /** A page of the sale is read. */
  look(address: ClientAddress, nowMs: number): void {
    this.parts.suspicion.notePage(address, nowMs);
  }

  /** A slider was answered wrong. */
  fail(userId: string, address: ClientAddress, nowMs: number): void {
    this.parts.suspicion.noteCaptchaFailed(userId, address, nowMs);
  }
}
