import type { Child } from "hono/jsx";
import { figureTones, OUTCOMES } from "../../../static/admin/live_figures.js";
import type { LiveFrame } from "../../live/live_frame.ts";

/** What every place says, by its name: `figureTexts` of a frame. */
export interface Texts {
  texts: Record<string, string>;
}

/** A place that the script keeps up to date. */
function Live({ name, texts }: Texts & { name: string }) {
  return <span data-live={name}>{texts[name]}</span>;
}

/** What is read first. */
export function BigFigures({ frame, texts }: Texts & { frame: LiveFrame }) {
  const tones: Record<string, string> = figureTones(frame);
  const tile = (label: string, name: string, note: string) => (
    <div class={tones[name] ? `tile ${tones[name]}` : "tile"}>
      <dt>{label}</dt>
      <dd>
        <span class="value" data-live={name}>{texts[name]}</span>
        <div class="note" data-live={note}>{texts[note]}</div>
      </dd>
    </div>
  );
  return (
    <dl class="tiles">
      {tile("Stock left", "left", "left-note")}
      {tile("Accepted per second", "accepted", "accepted-note")}
      {tile("Refused per second", "refused", "refused-note")}
      {tile("Waiting to be written", "waiting", "waiting-note")}
      {tile("Written in about", "drain", "drain-note")}
      {tile("99 of 100 answers within", "p99", "latency-note")}
    </dl>
  );
}

const CHARTS = [
  ["buys", "Buys per second"],
  ["stock", "Stock left"],
  ["latency", "Time to an answer, ms"],
  ["orders", "Orders written and waiting"],
] as const;

/** The charts; their script draws in the marked places. */
export function Charts() {
  return (
    <div class="charts">
      {CHARTS.map(([name, title]) => (
        <figure class="card">
          <figcaption>{title}</figcaption>
          <div data-chart={name} role="img" aria-label={`${title}: see the last figures below`}>
          </div>
          <noscript>
            <p class="hint">Charts need a script. Load the page again for new figures.</p>
          </noscript>
        </figure>
      ))}
    </div>
  );
}

/** What buyers hear, by answer. */
export function Answers({ frame, texts }: Texts & { frame: LiveFrame }) {
  const { outcomes, since } = frame.totals;
  return (
    <section class="stack" aria-labelledby="answers-title">
      <h2 id="answers-title">What buyers hear</h2>
      <div class="scroll across" tabindex={0} role="region" aria-labelledby="answers-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Answer</th>
              <th scope="col" class="numeric">Per second</th>
              <th scope="col" class="numeric">In all</th>
            </tr>
          </thead>
          <tbody>
            {(OUTCOMES as [string, string][]).map(([code, label]) => (
              <tr data-outcome={code} hidden={!outcomes[code]}>
                <th scope="row">{label}</th>
                <td class="numeric">
                  <Live name={`rate-${code}`} texts={texts} />
                </td>
                <td class="numeric">
                  <Live name={`total-${code}`} texts={texts} />
                </td>
              </tr>
            ))}
            <tr data-live-none hidden={Object.keys(outcomes).length > 0}>
              <td colspan={3} class="quiet">Nobody has tried to buy since the edges started.</td>
            </tr>
          </tbody>
        </table>
      </div>
      <p class="hint">
        {since === null
          ? "Counted by the edges since they started."
          : "Counted by all edges since the first of them started, ended ones included."}
      </p>
    </section>
  );
}

interface CountedProps extends Texts {
  title: string;
  what: string;
  rows: string[][];
  place: string;
  children?: Child;
}

/** Counts of a kind, per second and in all. */
export function Counted({ title, what, rows, place, texts, children }: CountedProps) {
  const id = `${place}-title`;
  return (
    <section class="card stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col" class="numeric">Per second</th>
            <th scope="col" class="numeric">In all</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, label]) => (
            <tr>
              <th scope="row">{label}</th>
              <td class="numeric">
                <Live name={`${place}-rate-${name}`} texts={texts} />
              </td>
              <td class="numeric">
                <Live name={`${place}-total-${name}`} texts={texts} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {children}
    </section>
  );
}

/** The items as they stand. */
export function Items({ frame, texts }: Texts & { frame: LiveFrame }) {
  return (
    <section class="card stack" aria-labelledby="items-title">
      <h2 id="items-title">Items</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="numeric">Left</th>
            <th scope="col" class="numeric">Put on sale</th>
            <th scope="col" class="numeric">Sold</th>
          </tr>
        </thead>
        <tbody>
          {frame.items.map(({ productId, name }) => (
            <tr>
              <th scope="row">{name}</th>
              {["left", "stock", "sold"].map((what) => (
                <td class="numeric">
                  <Live name={`item-${what}-${productId}`} texts={texts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What became of what was accepted. */
export function Written({ texts }: Texts) {
  const fact = (label: string, name: string) => (
    <>
      <dt>{label}</dt>
      <dd class="figure">
        <Live name={name} texts={texts} />
      </dd>
    </>
  );
  return (
    <section class="card stack" aria-labelledby="written-title">
      <h2 id="written-title">Orders and hand-over</h2>
      <dl class="facts">
        {fact("Orders written per second", "written")}
        {fact("Orders written in all", "written-total")}
        {fact("Written as refused", "written-refused")}
        {fact("Sold (unpaid and paid)", "sold")}
        {fact("Not handed over yet", "outbox")}
        {fact("Oldest of those", "outbox-age")}
        {fact("Half of all answers within", "p50")}
        {fact("95 of 100 within", "p95")}
        {fact("Slowest of the last 10 s", "max")}
      </dl>
    </section>
  );
}

/** What the charts show, for who does not see them. */
export function LastFigures() {
  return (
    <details class="card">
      <summary>The last figures as a table</summary>
      <div class="scroll across" tabindex={0} role="region" aria-label="The last figures">
        <table>
          <thead>
            <tr>
              <th scope="col" class="numeric">Time</th>
              <th scope="col" class="numeric">Accepted/s</th>
              <th scope="col" class="numeric">Refused/s</th>
              <th scope="col" class="numeric">Left</th>
              <th scope="col" class="numeric">Waiting</th>
              <th scope="col" class="numeric">Written/s</th>
              <th scope="col" class="numeric">p99</th>
            </tr>
          </thead>
          <tbody data-live-rows></tbody>
        </table>
      </div>
    </details>
  );
}
