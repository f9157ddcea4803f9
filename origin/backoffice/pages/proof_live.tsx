import type { Proof } from "../../orders/proof.ts";
import { type InvariantState, judgeInvariants } from "../../proof/proof_words.ts";
import { Tiles } from "../kit/parts.tsx";
import { Table } from "../kit/table.tsx";

/** What `GET /admin/api/sales/{id}/proof` tells. */
export type CountedProof = Omit<Proof, "violations"> & {
  violations: { invariant: string; item: string; ticket?: string | undefined; detail: string }[];
};

/** The invariants now, or why they cannot be told. */
export type LiveProofView =
  | { kind: "counted"; proof: CountedProof }
  | { kind: "unknown"; reason: string };

/** The classes of a line by its state; what holds is green by itself. */
const LOOKS: Record<InvariantState, string | undefined> = {
  holds: undefined,
  broken: "bad",
  unknown: "warn",
};

const WORDS: Record<InvariantState, string> = {
  holds: "holds",
  broken: "is broken",
  unknown: "cannot be said at the moment",
};

/** The invariants of a sale, counted just now, or by its last proof once it was cleaned up. */
export function LiveProof({ live, isClean }: { live: LiveProofView; isClean: boolean }) {
  if (live.kind === "unknown") {
    return (
      <div class="note-box warn" role="status">
        <strong>The books cannot be counted at the moment.</strong> {live.reason}
      </div>
    );
  }
  const { proof } = live;
  return (
    <section class="stack counted" aria-labelledby="live-title">
      <Verdict proof={proof} isClean={isClean} />
      <Figures proof={proof} />
      <div class="card">
        <ul class="checks">
          {judgeInvariants(proof).map(({ title, meaning, state }) => (
            <li class={LOOKS[state]}>
              <strong>{title}</strong>
              <span class="hidden">{WORDS[state]}</span>
              <span class="quiet">{meaning}</span>
            </li>
          ))}
        </ul>
      </div>
      {proof.violations.length > 0 && <Faults proof={proof} />}
    </section>
  );
}

function Verdict({ proof, isClean }: { proof: CountedProof; isClean: boolean }) {
  const counted = isClean
    ? "As counted by the last proof, before the sale was cleaned up."
    : "Counted just now from the order book and the ledger.";
  const look = proof.ok ? (proof.moving ? "note-box" : "note-box good") : "note-box bad";
  const faults = proof.violationCount === 1 ? "1 fault" : `${number(proof.violationCount)} faults`;
  return (
    <div class={look} role="status">
      <h2 id="live-title">
        {!proof.ok
          ? `The books do not balance: ${faults}`
          : proof.moving
          ? "Nothing is broken, and the sale is selling"
          : "The books balance"}
      </h2>
      <p>
        {counted}
        {proof.moving &&
          " Orders came in while it was counted, so the stock could not be held against them."}
      </p>
    </div>
  );
}

function Figures({ proof }: { proof: CountedProof }) {
  const pieces = (value: number) => value < 0 ? "Unlimited" : number(value);
  return (
    <Tiles
      tiles={[
        { label: "Put on sale", value: pieces(proof.stock) },
        { label: "Paid", value: number(proof.paid) },
        { label: "Unpaid", value: number(proof.unpaid) },
        { label: "Processing", value: number(proof.processing) },
        { label: "Left", value: pieces(proof.remaining) },
        { label: "Cancelled", value: number(proof.cancelled) },
        { label: "Refused", value: number(proof.refused) },
        {
          label: "Refunds",
          value: number(proof.refundDue + proof.refunded),
          ...(proof.refundDue > 0 ? { note: `${number(proof.refundDue)} still due` } : {}),
        },
      ]}
    />
  );
}

function Faults({ proof }: { proof: CountedProof }) {
  const { violations, violationCount } = proof;
  return (
    <>
      <h2>What was found</h2>
      <Table
        caption="Faults"
        empty=""
        rows={violations}
        columns={[
          { heading: "Invariant", cell: ({ invariant }) => invariant },
          { heading: "Item", cell: ({ item }) => item },
          {
            heading: "Ticket",
            cell: ({ ticket }) =>
              ticket === undefined
                ? "–"
                : <a href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>,
          },
          { heading: "What is wrong", cell: ({ detail }) => detail },
        ]}
      />
      {violations.length < violationCount && (
        <p class="quiet">The first {violations.length} of {number(violationCount)}.</p>
      )}
    </>
  );
}

function number(value: number): string {
  return value.toLocaleString("en");
}
