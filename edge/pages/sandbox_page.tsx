import type { SandboxNotice, SandboxView } from "../../shared/internal_api.ts";
import { Layout, type PageFrame } from "./layout.tsx";
import { formatMoney } from "./money.ts";

/** What the sandbox's page shows. */
export interface SandboxFacts {
  view: SandboxView;
  /** The buyer waits for the time to pay to run out, to pay then. */
  comesLate: boolean;
  /** What was just told to the shop. */
  notices?: SandboxNotice[];
}

const STATUS_WORDS: Record<NonNullable<SandboxView["status"]>, string> = {
  processing: "is being written",
  unpaid: "waits for your payment",
  paid: "is paid",
  cancelled: "has ended: it was not paid in time, or cancelled",
  refused: "could not be kept",
  refund_due: "has ended; its money is on the way back",
  refunded: "has ended; its money went back",
};

const OUTCOME_WORDS: Record<string, string> = {
  applied: "Taken. The order is paid by it.",
  known: "The shop knew this payment. Nothing was changed.",
  stored: "Stored. The order is paid by it as soon as it is written.",
  refund_due: "The order cannot take it, so the money goes back.",
  wrong_amount: "Refused: the order asks for another amount. Nothing was changed.",
  unknown_ticket: "Refused: there is no such order.",
};

/** `/sandbox/pay/{link}`: pays without money, in every way that a real provider might. */
export function SandboxPage({ frame, facts }: { frame: PageFrame; facts: SandboxFacts }) {
  const { view, notices } = facts;
  return (
    <Layout frame={frame} title="Sandbox payment · Dropgate" styles={["sandbox.css"]}>
      <section class="card pay">
        <p>
          <span class="badge">Sandbox</span>
        </p>
        <h1>{formatMoney(view.amount, view.currency)}</h1>
        <p class="pay-note">No money moves here. This page stands in for a payment provider.</p>
        <dl class="pay-facts">
          <dt>Order</dt>
          <dd>
            <code>{view.ticket}</code>
          </dd>
          <dt>State</dt>
          <dd>{stateText(view)}</dd>
        </dl>
        {notices ? <Notices notices={notices} /> : null}
        <Choices {...facts} />
        <p>
          <a class="button plain" href={`/sales/${view.saleId}`}>
            {notices ? "Back to the sale" : "Go back without paying"}
          </a>
        </p>
      </section>
    </Layout>
  );
}

function stateText({ status, payBy, serverNow }: SandboxView): string {
  const state = `The order ${status === null ? "cannot be read now" : STATUS_WORDS[status]}.`;
  if (status !== "unpaid" || payBy === null) return state;
  const leftS = Math.ceil((Date.parse(payBy) - Date.parse(serverNow)) / 1_000);
  if (leftS <= 0) return "The order waits no longer: its time to pay is over.";
  const seconds = String(leftS % 60).padStart(2, "0");
  return `${state} ${Math.floor(leftS / 60)}:${seconds} left.`;
}

function Notices({ notices }: { notices: SandboxNotice[] }) {
  return (
    <ul class="pay-notices" role="status">
      {notices.map(({ paymentId, amount, currency, outcome }) => (
        <li key={paymentId}>
          <strong>{formatMoney(amount, currency)}</strong>
          <span>{OUTCOME_WORDS[outcome] ?? "The shop could not take it now. Try again."}</span>
        </li>
      ))}
    </ul>
  );
}

function Choices({ view, comesLate, notices }: SandboxFacts) {
  const open = view.status === "unpaid" || view.status === "processing";
  if (comesLate && open) {
    return (
      <p class="pay-note" role="status">
        Waiting until the time to pay is over. This page looks again by itself, then you can pay too
        late.
      </p>
    );
  }
  return (
    <form class="pay-choices" method="post">
      <button type="submit" name="action" value="pay">
        {open ? "Pay" : "Pay all the same"}
      </button>
      <button type="submit" name="action" value="pay_twice" class="plain">Pay twice</button>
      <button type="submit" name="action" value="wrong_amount" class="plain">
        Pay a wrong amount
      </button>
      {open && !notices ? <a class="button plain" href="?late=1">Come too late</a> : null}
    </form>
  );
}
