import type { InvariantId } from "../../shared/proof/bundle_records.ts";
import type { Proof } from "../orders/proof.ts";

/** An invariant with what it means for a merchant. */
export interface InvariantWords {
  id: InvariantId;
  title: string;
  meaning: string;
}

/** The invariants in the order in which they are told. */
export const INVARIANT_WORDS: readonly InvariantWords[] = [
  {
    id: "I1",
    title: "Every piece is accounted for",
    meaning: "Pieces left, pieces on their way, unpaid and paid orders together are exactly the " +
      "stock that was put on sale: nothing was sold twice, nothing got lost.",
  },
  {
    id: "I2",
    title: "Never oversold",
    meaning: "Unpaid and paid orders together are never more than the stock.",
  },
  {
    id: "I3",
    title: "One reservation, one order",
    meaning: "Every ticket is there once, and every order that holds pieces has the one " +
      "reservation that it came from.",
  },
  {
    id: "I4",
    title: "No ticket was lost",
    meaning: "Every reservation that was confirmed to a buyer has its order, or a refusal with a " +
      "reason.",
  },
  {
    id: "I5",
    title: "Limits per buyer hold",
    meaning: "No buyer holds more than one live order of an item, and none above its limit.",
  },
  {
    id: "I6",
    title: "Every payment is settled",
    meaning: "Every payment that was received belongs to one paid order, or is given back.",
  },
];

/** `unknown` while it cannot be said: the sale moves, or tickets are on their way. */
export type InvariantState = "holds" | "broken" | "unknown";

/** Where an invariant stands. */
export interface InvariantResult extends InvariantWords {
  state: InvariantState;
}

/** What is asked of a proof, or of a bundle, to say where the invariants stand. */
export type Provable =
  & Pick<Proof, "moving" | "processing" | "violationCount">
  & { violations: { invariant: string }[] };

/** Where each invariant stands. What is counted and not told could be of any. */
export function judgeInvariants(proof: Provable): InvariantResult[] {
  const broken = new Set(proof.violations.map(({ invariant }) => invariant));
  const untold = proof.violationCount > proof.violations.length;
  return INVARIANT_WORDS.map((words) => {
    const unclear = untold ||
      (words.id === "I1" && proof.moving) ||
      (words.id === "I4" && (proof.moving || proof.processing > 0));
    const state = broken.has(words.id) ? "broken" : unclear ? "unknown" : "holds";
    return { ...words, state };
  });
}
