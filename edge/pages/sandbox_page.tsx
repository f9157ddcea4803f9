import type { SandboxNotice, SandboxView } from "../../shared/internal_api.ts";
import { Layout, type PageFrame } from "./layout.tsx";
import { formatMoney } from "./money.ts";
import type { PageWords } from "./page_words.ts";

/** What the sandbox's page shows. */
export interface SandboxFacts {
  view: SandboxView;
  /** The buyer waits for the time to pay to run out, to pay then. */
  comesLate: boolean;
  /** What was just told to the shop. */
  notices?: SandboxNotice[];
}

interface SandboxPageProps {
  frame: PageFrame;
  path: string;
  facts: SandboxFacts;
}

/** `/sandbox/pay/{link}`: pays without money, in every way that a real provider might. */
export function SandboxPage({ frame, path, facts }: SandboxPageProps) {
  const { view, notices } = facts;
  const { sandbox: words, locale } = frame.words;
  return (
    <Layout frame={frame} title={words.title} path={path} styles={["sandbox.css"]}>
      <section class="card pay">
        <p>
          <span class="badge">{words.badge}</span>
        </p>
        <h1>{formatMoney(view.amount, view.currency, locale)}</h1>
        <p class="quiet">{words.note}</p>
        <dl class="pay-facts">
          <dt>{words.order}</dt>
          <dd>
            <code>{view.ticket}</code>
          </dd>
          <dt>{words.state}</dt>
          <dd>{stateText(view, words)}</dd>
        </dl>
        {notices ? <Notices frame={frame} notices={notices} /> : null}
        <Choices frame={frame} facts={facts} />
        <p>
          <a class="button plain" href={`/sales/${view.saleId}`}>
            {notices ? words.backToSale : words.backUnpaid}
          </a>
        </p>
      </section>
    </Layout>
  );
}

function stateText({ status, payBy, serverNow }: SandboxView, words: PageWords["sandbox"]): string {
  const state = status === null ? words.unreadable : words.status[status];
  if (status !== "unpaid" || payBy === null) return state;
  const leftS = Math.ceil((Date.parse(payBy) - Date.parse(serverNow)) / 1_000);
  if (leftS <= 0) return words.over;
  const seconds = String(leftS % 60).padStart(2, "0");
  return state + words.left(`${Math.floor(leftS / 60)}:${seconds}`);
}

function Notices({ frame, notices }: { frame: PageFrame; notices: SandboxNotice[] }) {
  const { sandbox: words, locale } = frame.words;
  return (
    <ul class="pay-notices" role="status">
      {notices.map(({ paymentId, amount, currency, outcome }) => (
        <li key={paymentId}>
          <strong>{formatMoney(amount, currency, locale)}</strong>
          <span>
            {Object.hasOwn(words.outcomes, outcome)
              ? words.outcomes[outcome]
              : words.outcomeUnknown}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Choices({ frame, facts }: { frame: PageFrame; facts: SandboxFacts }) {
  const { sandbox: words } = frame.words;
  const { view, comesLate, notices } = facts;
  const open = view.status === "unpaid" || view.status === "processing";
  if (comesLate && open) {
    return <p class="quiet" role="status">{words.waiting}</p>;
  }
  return (
    <form class="pay-choices" method="post">
      <button type="submit" name="action" value="pay">
        {open ? words.pay : words.payAllTheSame}
      </button>
      <button type="submit" name="action" value="pay_twice" class="plain">{words.payTwice}</button>
      <button type="submit" name="action" value="wrong_amount" class="plain">
        {words.wrongAmount}
      </button>
      {open && !notices ? <a class="button plain" href="?late=1">{words.late}</a> : null}
    </form>
  );
}
