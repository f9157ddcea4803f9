import { raw } from "hono/html";
import type {
  BundleHeader,
  BundleItemTotals,
  BundleSummary,
} from "../../shared/proof/bundle_records.ts";
import { fingerprintOf } from "../../shared/proof/proof_key.ts";
import { HEAD_META } from "../../shared/proof/proof_page.ts";
import { BUNDLE_PAGE_STYLE } from "./bundle_page_style.ts";
import { BundleWays } from "./bundle_page_ways.tsx";
import { type InvariantState, judgeInvariants } from "./proof_words.ts";

interface PageProps {
  header: BundleHeader;
  summary: BundleSummary;
  head: string;
  /** False where the ledger was gone, long after the sale. */
  ledger: boolean;
}

const STATE_WORDS: Record<InvariantState, { label: string; tone: string }> = {
  holds: { label: "✓ holds", tone: "good" },
  broken: { label: "✗ broken", tone: "bad" },
  unknown: { label: "– open", tone: "open" },
};

/** A bundle as a page for people: no script, nothing loaded, good on paper and on a phone. */
export function bundlePage(
  header: BundleHeader,
  summary: BundleSummary,
  head: string,
  ledger: boolean,
): string {
  return `<!DOCTYPE html>\n${String(<Page {...{ header, summary, head, ledger }} />)}\n`;
}

function Page(props: PageProps) {
  const { header, summary, head } = props;
  const { sale, made } = header;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name={HEAD_META} content={head} />
        <title>Proof {made.bundle} of sale {sale.saleId}</title>
        <style>{raw(BUNDLE_PAGE_STYLE)}</style>
      </head>
      <body>
        <p class="quiet">Dropgate proof of sale {sale.saleId}</p>
        <h1>{sale.title}</h1>
        <p class="quiet">
          {utc(sale.startsAt)} to {utc(sale.endsAt)}
        </p>
        <Verdict {...props} />
        <Totals summary={summary} />
        <h2>What was checked</h2>
        <Invariants summary={summary} />
        <h2>By item</h2>
        <Items header={header} summary={summary} />
        <Violations summary={summary} />
        <h2>This proof</h2>
        <MadeBy header={header} head={head} />
        <BundleWays name={`proof-${sale.saleId}-${made.bundle}`} full={made.full} />
      </body>
    </html>
  );
}

function Verdict({ summary, header, ledger }: PageProps) {
  const { totals } = summary;
  const counted = `Counted ${utc(totals.countedAt)} from ${count(totals.tickets)} tickets, the ` +
    `order book${ledger ? " and the ledger" : ""}.`;
  const without = ledger
    ? ""
    : " The ledger of this sale is gone, long after its end; what it would have left is computed.";
  const moving = totals.moving
    ? " The sale was selling while it was counted, so its stock could not be held against its orders."
    : "";
  const broken = count(totals.violationCount);
  return (
    <p class={`verdict ${totals.ok ? (totals.moving ? "open" : "good") : "bad"}`} role="status">
      <strong>
        {totals.ok
          ? totals.moving ? "Nothing broken, and still selling" : "The books balance"
          : `The books do not balance: ${broken} ${broken === "1" ? "fault" : "faults"}`}
      </strong>
      <span>
        {counted}
        {without}
        {moving}
        {header.made.final ? " It is the last one: the sale was cleaned up after it." : ""}
      </span>
    </p>
  );
}

function Totals({ summary: { totals } }: { summary: BundleSummary }) {
  const tiles: [string, string][] = [
    ["Put on sale", stock(totals.stock)],
    ["Paid", count(totals.paid)],
    ["Unpaid", count(totals.unpaid)],
    ["Processing", count(totals.processing)],
    ["Left", stock(totals.remaining)],
    ["Cancelled", count(totals.cancelled)],
    ["Refused", count(totals.refused)],
    ["To give back", count(totals.refundDue)],
    ["Given back", count(totals.refunded)],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Invariants({ summary }: { summary: BundleSummary }) {
  const { totals, violations } = summary;
  return (
    <ul class="rules">
      {judgeInvariants({ ...totals, violations }).map(({ id, title, meaning, state }) => (
        <li>
          <span class={`state ${STATE_WORDS[state].tone}`}>{STATE_WORDS[state].label}</span>
          <div>
            <strong>{title}</strong> <span class="quiet">{id}</span>
            <p>{meaning}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: [string, (totals: Counted) => string][] = [
  ["Put on sale", ({ stock: pieces }) => stock(pieces)],
  ["Paid", ({ paid }) => count(paid)],
  ["Unpaid", ({ unpaid }) => count(unpaid)],
  ["Processing", ({ processing }) => count(processing)],
  ["Left", ({ remaining }) => stock(remaining)],
  ["Cancelled", ({ cancelled }) => count(cancelled)],
  ["Refused", ({ refused }) => count(refused)],
  ["Refunds", ({ refundDue, refunded }) => count(refundDue + refunded)],
  ["Tickets", ({ tickets }) => count(tickets)],
];

type Counted = Omit<BundleItemTotals, "product" | "pending" | "moving" | "ledger">;

function Items({ header, summary }: Pick<PageProps, "header" | "summary">) {
  const cells = (totals: Counted) =>
    COLUMNS.map(([name, cell]) => <td key={name} data-name={name}>{cell(totals)}</td>);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Item</th>
            {COLUMNS.map(([name]) => <th key={name} scope="col">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {header.items.map(({ product, name }, at) => (
            <tr>
              <td data-name="Item">
                <span>
                  {name} <span class="quiet">no. {product}</span>
                </span>
              </td>
              {cells(summary.itemTotals[at]!)}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td data-name="Item">All items</td>
            {cells(summary.totals)}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Violations({ summary: { totals, violations } }: { summary: BundleSummary }) {
  if (violations.length === 0) return null;
  return (
    <>
      <h2>Faults that were found</h2>
      <p>
        {count(totals.violationCount)} in all{violations.length < totals.violationCount
          ? `, of which ${violations.length} are told here`
          : ""}.
      </p>
      <ol>
        {violations.map(({ invariant, product, seq, detail }) => (
          <li>
            {invariant}, item {product}
            {seq === null ? "" : `, ticket number ${seq}`}
            {detail ? `: ${detail}` : ""}
          </li>
        ))}
      </ol>
    </>
  );
}

function MadeBy({ header: { made }, head }: { header: BundleHeader; head: string }) {
  return (
    <dl class="facts">
      <dt>Number</dt>
      <dd>{made.bundle}</dd>
      <dt>Made</dt>
      <dd>
        {utc(made.at)} by {made.by}
      </dd>
      <dt>Buyers</dt>
      <dd>{made.full ? "named: not for everybody's eyes" : "not named"}</dd>
      <dt>Head of the JSON</dt>
      <dd>
        <code>{head}</code>
      </dd>
      <dt>Head before it</dt>
      <dd>
        {made.previousHead === null
          ? "none: the first proof of this sale"
          : <code>{made.previousHead}</code>}
      </dd>
      <dt>Key fingerprint</dt>
      <dd>
        <code>{fingerprintOf(made.publicKey)}</code>
      </dd>
    </dl>
  );
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function stock(value: number): string {
  return value < 0 ? "unlimited" : count(value);
}

function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
