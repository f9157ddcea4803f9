import { isoTime } from "../../shared/clock.ts";
import { parseTicket } from "../../shared/ticket.ts";
import { MAX_TOLD_VIOLATIONS } from "../../shared/proof/bundle_layout.ts";
import type {
  BundleHeader,
  BundleItemTotals,
  BundleSummary,
  BundleViolation,
} from "../../shared/proof/bundle_records.ts";
import {
  type Finding,
  type ItemSums,
  judgeTotals,
  type Recount,
} from "../../shared/proof/recount.ts";
import type { ItemProof, Proof } from "../orders/proof.ts";
import type { Violation } from "../orders/proof_rules.ts";

/** Longest sentence of a violation. */
const MAX_DETAIL = 1_000;

const COUNTED = ["unpaid", "paid", "cancelled", "refused", "refundDue", "refunded"] as const;

/**
 * What a bundle says after its tickets. The sums are those of its own lines; an item whose lines and
 * whose proof do not say the same sold meanwhile, and its sums are not judged.
 */
export function summarizeBundle(
  header: BundleHeader,
  recount: Recount,
  { proof, ledger }: { proof: Proof; ledger: boolean },
  nowMs: number,
): BundleSummary {
  const itemTotals = recount.sums.map((sums, at) => {
    const proven = proof.items[at]!;
    const moving = proven.moving || !agrees(sums, proven) ||
      proven.stock !== header.items[at]!.stock;
    const { stock, remaining, processing, pending } = proven;
    return { ...sums, stock, remaining, processing, pending, moving, ledger };
  });
  const found = [...recount.findings, ...judgeTotals(itemTotals, recount)];
  const { violations, violationCount } = joinViolations(proof, found, header.made.full);
  const sum = (of: Summed) => itemTotals.reduce((total, item) => total + item[of], 0);
  const unlimited = itemTotals.some(({ stock }) => stock < 0);
  return {
    itemTotals,
    violations,
    totals: {
      countedAt: isoTime(nowMs),
      ok: violationCount === 0,
      moving: itemTotals.some(({ moving }) => moving),
      tickets: sum("tickets"),
      stock: unlimited ? -1 : sum("stock"),
      remaining: unlimited ? -1 : sum("remaining"),
      processing: sum("processing"),
      unpaid: sum("unpaid"),
      paid: sum("paid"),
      cancelled: sum("cancelled"),
      refused: sum("refused"),
      refundDue: sum("refundDue"),
      refunded: sum("refunded"),
      violationCount,
    },
  };
}

type Summed = Exclude<keyof BundleItemTotals, "product" | "moving" | "ledger">;

function agrees(sums: ItemSums, proven: ItemProof): boolean {
  return COUNTED.every((name) => sums[name] === proven[name]);
}

/** What the proof found, and what only the count of the lines did. */
function joinViolations(
  proof: Proof,
  found: Finding[],
  full: boolean,
): { violations: BundleViolation[]; violationCount: number } {
  const told = proof.violations.map((violation) => violationOf(violation, full));
  const known = new Set(told.map(nameOf));
  const more = found.filter((finding) => !known.has(nameOf(finding)))
    .map(({ invariant, product, seq, detail }) => {
      return { invariant, product, seq, ...(full ? { detail } : {}) };
    });
  return {
    violations: [...told, ...more].slice(0, MAX_TOLD_VIOLATIONS),
    violationCount: proof.violationCount + more.length,
  };
}

function nameOf({ invariant, product, seq }: BundleViolation): string {
  return `${invariant} ${product} ${seq}`;
}

/** Tickets and sentences name buyers, so a bundle for everybody has neither. */
function violationOf(
  { invariant, item, ticket, detail }: Violation,
  full: boolean,
): BundleViolation {
  const seq = ticket === undefined ? null : parseTicket(ticket)?.seq ?? null;
  const product = Number(item.split("-")[1]);
  return { invariant, product, seq, ...(full ? { detail: detail.slice(0, MAX_DETAIL) } : {}) };
}
