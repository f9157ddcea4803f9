import type { Child } from "hono/jsx";
import { Time } from "../kit/parts.tsx";
import type { PageContext } from "../page_env.ts";

/** One line of a list of checks. */
export interface CheckLine {
  name: string;
  ok: boolean;
  detail: string;
  /** What to do; a line that is ok may have one too. */
  advice?: string | null;
}

/** Names for people; of readiness first, then of rehearsals. */
const NAMES: Record<string, string> = {
  other_sales: "Other sales of the same products",
  items_open: "Items are open",
  ledger_stock: "Ledger and database agree",
  ledger_server: "The server of the ledger",
  queue: "Queue and workers",
  origin: "This origin",
  edges: "Edges, and the prices on their pages",
  products: "Products known to the edges",
  processes: "Origins and workers",
  clocks: "Clocks within 100 ms",
  every_wish_answered: "Every buyer was answered",
  exactly_the_stock_sold: "Exactly the stock was sold",
  others_heard_sold_out: "The others heard “sold out”",
  same_request_same_ticket: "A request sent twice gave the same ticket",
  same_answer_after_the_rush: "Asked again, buyers heard the same",
  one_piece_per_buyer: "Nobody got two",
  one_order_per_ticket: "Every ticket became one order",
  cancelled_pieces_sold_again: "Cancelled pieces were sold again, once",
  payments_counted_once: "Payments counted once",
  books_balance: "The books balance",
};

/** A check's name for people. */
export function checkName(name: string): string {
  const words = name.replaceAll("_", " ");
  return NAMES[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Red lines first, then those with advice, each as it stands in the list. */
export function worstFirst<Line extends CheckLine>(checks: Line[]): Line[] {
  const rank = ({ ok, advice }: Line) => ok ? (advice ? 1 : 2) : 0;
  return checks.toSorted((a, b) => rank(a) - rank(b));
}

/** Checks as green and red lines, with what was seen and what to do. */
export function CheckList({ c, checks }: { c: PageContext; checks: CheckLine[] }) {
  return (
    <ul class="checks">
      {checks.map(({ name, ok, detail, advice }) => (
        <li class={ok ? (advice ? "warn" : undefined) : "bad"}>
          <b>
            {checkName(name)}
            <span class="hidden">
              {ok ? (advice ? ": fine, but see" : ": fine") : ": not ready"}
            </span>
          </b>
          <span class="quiet">{withTimes(c, detail)}</span>
          {advice && <span>{advice}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The text with its times shown in the viewer's zone. */
function withTimes(c: PageContext, text: string): Child[] {
  const shown = (part: string, at: number): Child => {
    if (at % 2 === 0) return part;
    return <Time c={c} at={part} style="second" />;
  };
  return text.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/).map(shown);
}
