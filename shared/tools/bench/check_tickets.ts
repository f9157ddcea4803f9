import { memberNeedle, memberText } from "./body_scan.ts";
import type { HeardTicket } from "./buy_answers.ts";
import { ByteSlab } from "./byte_slab.ts";
import type { Crowd } from "./crowd.ts";
import { driveLoad } from "./generator.ts";
import { requestText } from "./http_target.ts";

const STATUS = memberNeedle("status");
const POLL_EVERY_MS = 200;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks `GET /api/orders/{ticket}` for each ticket, as its own buyer. The answers stand in the order
 * of the tickets: the order's status, or `http 404` and the like where there is no order.
 */
export async function readTickets(
  crowd: Crowd,
  tickets: HeardTicket[],
  connections: number,
  onAnswer: () => void = () => {},
): Promise<string[]> {
  const requests = new ByteSlab();
  for (const { buyer, ticket } of tickets) {
    requests.appendText(requestText(crowd.edge, {
      method: "GET",
      path: `/api/orders/${ticket}`,
      headers: crowd.headers(buyer),
    }));
  }
  const statuses: string[] = new Array(tickets.length).fill("no answer");
  let next = 0;
  if (tickets.length === 0) return statuses;
  await driveLoad({
    target: crowd.edge,
    connections: Math.min(connections, tickets.length),
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    next: () => next < tickets.length ? next++ : -1,
    request: (number) => requests.get(number),
    onAnswer: (number, answer) => {
      const { status, bytes, bodyStart, bodyEnd } = answer;
      const said = status === 200 ? memberText(bytes, bodyStart, bodyEnd, STATUS) : "";
      onAnswer();
      statuses[number] = said || `http ${status}`;
    },
    onUnanswered: () => {},
  });
  return statuses;
}

/** What became of the tickets that were answered `processing`. */
export interface ProcessingEnd {
  /** Tickets that became orders. */
  ordered: HeardTicket[];
  /** Tickets that were refused. */
  refused: HeardTicket[];
  /** Tickets that were still open when the time was over. */
  open: HeardTicket[];
}

/** Polls tickets until each has ended or `timeoutMs` is over. */
export async function followProcessing(
  crowd: Crowd,
  tickets: HeardTicket[],
  connections: number,
  timeoutMs: number,
): Promise<ProcessingEnd> {
  const end: ProcessingEnd = { ordered: [], refused: [], open: tickets };
  const deadline = performance.now() + timeoutMs;
  while (end.open.length > 0) {
    const asked = end.open;
    const statuses = await readTickets(crowd, asked, connections);
    end.open = asked.filter((ticket, number) => {
      const status = statuses[number]!;
      if (status === "refused") end.refused.push(ticket);
      else if (status === "unpaid" || status === "paid") end.ordered.push(ticket);
      else return true;
      return false;
    });
    if (end.open.length === 0 || performance.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
  return end;
}
