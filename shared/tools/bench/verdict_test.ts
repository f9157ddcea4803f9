import { assertEquals } from "@std/assert";
import { judgeRun, type RunFacts, winnersOf } from "./verdict.ts";

/** A rush of three buyers for two pieces in which all went well. */
function goodRun(): RunFacts {
  const ticket = (buyer: number): string => `4-7-user${buyer}-100000000${buyer + 1}`;
  return {
    command: "rush",
    stock: 2,
    asked: 3,
    serverErrors: 0,
    unanswered: 0,
    soldOut: 1,
    unexpected: 0,
    samples: [],
    reserved: [{ buyer: 0, ticket: ticket(0) }],
    processing: { ordered: [{ buyer: 1, ticket: ticket(1) }], refused: [], open: [] },
    rowsCounted: 2,
    proof: {
      ok: true,
      stock: 2,
      remaining: 0,
      processing: 0,
      unpaid: 2,
      paid: 0,
      cancelled: 0,
      refused: 0,
      refundDue: 0,
      refunded: 0,
      violations: [],
    },
    rows: [0, 1].map((buyer) => ({
      ticket: ticket(buyer),
      user_id: `user${buyer}`,
      status: "unpaid",
    })),
    told: [{ ticket: ticket(0), status: "unpaid" }],
    ticketPrefix: (buyer) => `4-7-user${buyer}-`,
  };
}

function rules(change: (facts: RunFacts) => void): string[] {
  const facts = goodRun();
  change(facts);
  return judgeRun(facts).map(({ rule }) => rule).toSorted();
}

Deno.test("judgeRun() finds nothing in a good run", () => {
  assertEquals(rules(() => {}), []);
  assertEquals(winnersOf(goodRun()), 2);
});

Deno.test("judgeRun() names each broken promise", () => {
  const broken: [string[], (facts: RunFacts) => void][] = [
    [["server_errors"], (facts) => (facts.serverErrors = 1, facts.unexpected = 1)],
    [["answers"], (facts) => facts.unexpected = 1],
    [["answers"], (facts) => facts.unanswered = 1],
    [["answers"], (facts) => facts.command = "buy"],
    [["tickets"], (facts) => facts.ticketPrefix = () => "4-8-"],
    [["lost"], (facts) => facts.rowsCounted = 1],
    [["doubled", "oversold"], (facts) => facts.rowsCounted = 3],
    [["proof"], (facts) => facts.proof.ok = false],
    [["proof"], (facts) => facts.proof.unpaid = 1],
    [["proof"], (facts) => facts.proof.remaining = 1],
    [["lost"], (facts) => facts.rows!.pop()],
    [["lost"], (facts) => facts.rows![0]!.status = "cancelled"],
    [["doubled", "lost"], (facts) => facts.rows![1] = facts.rows![0]!],
    [["lost"], (facts) => facts.told[0]!.status = "processing"],
    [
      ["lost", "oversold", "proof"],
      (facts) => (facts.stock = 1, facts.rowsCounted = 1, facts.rows = null),
    ],
    [["proof", "undersold"], (facts) => facts.stock = 3],
    [["processing"], (facts) => facts.processing.open.push({ buyer: 2, ticket: "4-7-user2-9" })],
  ];
  for (const [expected, change] of broken) assertEquals(rules(change), expected, String(change));
});

Deno.test("judgeRun() sees two orders of one buyer in the rows", () => {
  assertEquals(rules((facts) => facts.rows![1]!.user_id = "user0"), ["doubled"]);
});
