import type { HeardTicket } from "./buy_answers.ts";
import type { ProcessingEnd } from "./check_tickets.ts";
import type { Proof } from "./count_orders.ts";
import type { OrderRow } from "./order_rows.ts";

/** Something that must never happen in a run, and did. */
export interface Violation {
  rule:
    | "answers"
    | "server_errors"
    | "tickets"
    | "oversold"
    | "undersold"
    | "lost"
    | "doubled"
    | "refused"
    | "processing"
    | "proof";
  detail: string;
}

/** All that is known of a run when it is over, from the buyers, the admin API and the database. */
export interface RunFacts {
  /** `buy`: everyone must win. `rush`: exactly the stock must be sold. */
  command: "buy" | "rush";
  stock: number;
  /** Buyers who asked. */
  asked: number;
  serverErrors: number;
  unanswered: number;
  soldOut: number;
  /** Answers that are none of reserved, processing and sold out. */
  unexpected: number;
  samples: string[];
  /** Tickets of `reserved` answers. */
  reserved: HeardTicket[];
  processing: ProcessingEnd;
  /** Rows that the admin API counts. */
  rowsCounted: number;
  proof: Proof;
  /** Rows read from the database, or null when none is known. */
  rows: OrderRow[] | null;
  /** What buyers were told of their tickets afterwards, as `GET /api/orders/{ticket}` says. */
  told: { ticket: string; status: string }[];
  /** What a ticket of this buyer begins with: item and user. */
  ticketPrefix(buyer: number): string;
}

const LIVE = new Set(["unpaid", "paid"]);

/** Everything that is wrong with a run; empty when it kept every promise. */
export function judgeRun(facts: RunFacts): Violation[] {
  return [
    ...judgeAnswers(facts),
    ...judgeHeardTickets(facts),
    ...judgeCounts(facts),
    ...judgeProof(facts),
    ...(facts.rows === null ? [] : judgeRows(facts, facts.rows)),
    ...judgeTold(facts),
  ];
}

/** Buyers who were told that the piece is theirs and whose order is not refused. */
export function winnersOf(facts: Pick<RunFacts, "reserved" | "processing">): number {
  return facts.reserved.length + facts.processing.ordered.length;
}

/** `examples` of a list, for a message. */
function some(list: string[]): string {
  const rest = list.length > 3 ? ` and ${list.length - 3} more` : "";
  return `${list.slice(0, 3).join(", ")}${rest}`;
}

function judgeAnswers(facts: RunFacts): Violation[] {
  const found: Violation[] = [];
  if (facts.serverErrors > 0) {
    found.push({
      rule: "server_errors",
      detail: `${facts.serverErrors} answers were 5xx: ${some(facts.samples)}`,
    });
  }
  const wrong = facts.unexpected - facts.serverErrors +
    (facts.command === "buy" ? facts.soldOut : 0);
  if (wrong > 0) {
    const expected = facts.command === "buy"
      ? "reserved or processing"
      : "reserved, processing or sold out";
    const samples = facts.samples.length > 0 ? some(facts.samples) : "409 sold_out";
    found.push({ rule: "answers", detail: `${wrong} answers were not ${expected}: ${samples}` });
  }
  if (facts.unanswered > 0) {
    found.push({
      rule: "answers",
      detail: `${facts.unanswered} buyers never got an answer: ${some(facts.samples)}`,
    });
  }
  const { refused, open } = facts.processing;
  if (open.length > 0) {
    found.push({
      rule: "processing",
      detail: `${open.length} tickets never left processing: ${some(open.map((o) => o.ticket))}`,
    });
  }
  if (refused.length > 0) {
    found.push({
      rule: "refused",
      detail: `${refused.length} tickets were refused: ${some(refused.map((r) => r.ticket))}`,
    });
  }
  return found;
}

function judgeHeardTickets(facts: RunFacts): Violation[] {
  const found: Violation[] = [];
  const { ordered, refused, open } = facts.processing;
  const heard = [...facts.reserved, ...ordered, ...refused, ...open];
  const distinct = new Set(heard.map(({ ticket }) => ticket));
  if (distinct.size !== heard.length) {
    found.push({
      rule: "doubled",
      detail: `${heard.length} buyers heard ${distinct.size} different tickets`,
    });
  }
  const foreign = heard.filter(({ buyer, ticket }) =>
    !ticket.startsWith(facts.ticketPrefix(buyer))
  );
  if (foreign.length > 0) {
    found.push({
      rule: "tickets",
      detail: `${foreign.length} tickets do not name their item and buyer: ${
        some(foreign.map(({ ticket }) => ticket))
      }`,
    });
  }
  return found;
}

function judgeCounts(facts: RunFacts): Violation[] {
  const found: Violation[] = [];
  const { stock, rowsCounted } = facts;
  const winners = winnersOf(facts);
  const expectedRows = winners + facts.processing.refused.length;
  if (winners > stock) {
    found.push({ rule: "oversold", detail: `${winners} buyers won one of ${stock} pieces` });
  }
  if (rowsCounted > stock + facts.processing.refused.length) {
    found.push({ rule: "oversold", detail: `${rowsCounted} orders for ${stock} pieces` });
  }
  if (rowsCounted > expectedRows) {
    found.push({
      rule: "doubled",
      detail: `${rowsCounted} orders for ${expectedRows} tickets that buyers hold`,
    });
  }
  if (rowsCounted < expectedRows) {
    found.push({
      rule: "lost",
      detail: `${expectedRows - rowsCounted} of ${expectedRows} tickets have no order`,
    });
  }
  const sellable = Math.min(stock, facts.asked);
  if (facts.command === "rush" && winners < sellable) {
    found.push({ rule: "undersold", detail: `${winners} of ${sellable} pieces were sold` });
  }
  return found;
}

function judgeProof(facts: RunFacts): Violation[] {
  const { proof, stock } = facts;
  const winners = winnersOf(facts);
  const found: Violation[] = [];
  if (proof.ok !== true) {
    found.push({
      rule: "proof",
      detail: `the proof is not ok: ${JSON.stringify(proof.violations ?? proof).slice(0, 500)}`,
    });
  }
  const sold = proof.unpaid + proof.paid;
  if (sold !== winners) {
    found.push({ rule: "proof", detail: `the proof counts ${sold} sold, the buyers ${winners}` });
  }
  if (proof.remaining !== stock - winners) {
    found.push({
      rule: "proof",
      detail: `the proof counts ${proof.remaining} left, ${stock} − ${winners} are`,
    });
  }
  return found;
}

function judgeRows(facts: RunFacts, rows: OrderRow[]): Violation[] {
  const found: Violation[] = [];
  const live = rows.filter((row) => LIVE.has(row.status));
  const liveTickets = new Set(live.map((row) => row.ticket));
  const users = new Set(live.map((row) => row.user_id));
  if (liveTickets.size !== live.length || users.size !== live.length) {
    found.push({
      rule: "doubled",
      detail: `the database has ${live.length} live orders of ${users.size} buyers with ` +
        `${liveTickets.size} tickets`,
    });
  }
  if (live.length > facts.stock) {
    found.push({
      rule: "oversold",
      detail: `the database has ${live.length} live orders for ${facts.stock} pieces`,
    });
  }
  const heard = [...facts.reserved, ...facts.processing.ordered];
  const missing = heard.filter(({ ticket }) => !liveTickets.has(ticket));
  if (missing.length > 0) {
    found.push({
      rule: "lost",
      detail: `the database has no live order for ${missing.length} tickets that buyers hold: ${
        some(missing.map(({ ticket }) => ticket))
      }`,
    });
  }
  const held = new Set(heard.map(({ ticket }) => ticket));
  const unheard = live.filter((row) => !held.has(row.ticket));
  if (unheard.length > 0) {
    found.push({
      rule: "doubled",
      detail: `the database has ${unheard.length} live orders that no buyer heard of: ${
        some(unheard.map((row) => row.ticket))
      }`,
    });
  }
  return found;
}

function judgeTold(facts: RunFacts): Violation[] {
  const wrong = facts.told.filter(({ status }) => !LIVE.has(status));
  if (wrong.length === 0) return [];
  return [{
    rule: "lost",
    detail: `${wrong.length} of ${facts.told.length} reserved tickets are no order for their ` +
      `buyer: ${some(wrong.map(({ ticket, status }) => `${ticket} (${status})`))}`,
  }];
}
