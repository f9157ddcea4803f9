import { readForm, readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Badge, Confirm, SaleTabs, Time } from "../kit/parts.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { CheckList, worstFirst } from "./check_list.tsx";
import { PastRehearsals, Progress, type RehearsalList } from "./rehearsal_parts.tsx";
import { publishQuestion, type Readiness } from "./sale_course.tsx";
import { readSale } from "./sale_edit_pages.tsx";
import type { SaleView } from "./sale_form.tsx";
import { wholeNumber } from "./sale_items.tsx";

/** Rehearsals of one page. */
const PER_PAGE = 10;

/** `/admin/sales/{id}/ready`: whether a sale could sell, and its rehearsals. */
export function addReadyPage(app: PageApp): void {
  app.get("/sales/:id{[0-9]+}/ready", readyPage);
  // What changes while a rehearsal runs, without checking everything again.
  app.get("/sales/:id{[0-9]+}/ready/work", async (c) => {
    const [{ sale }, list] = await Promise.all([readSale(c), readRehearsals(c)]);
    return c.html(<Rehearsals c={c} sale={sale} list={list} />);
  });

  app.post("/sales/:id{[0-9]+}/rehearsals", async (c) => {
    const { buyers = "", force } = await readForm(c.req);
    const wanted = buyers.trim() === "" ? undefined : wholeNumber(buyers.trim());
    if (wanted === null) {
      const text = "Enter how many buyers come, a whole number from 1 to 20,000.";
      return redirectWith(c, pathOf(c), { kind: "failed", text });
    }
    const answer = await c.get("api").sales[":id"].rehearsals.$post({
      param: { id: idOf(c) },
      json: { force: force === "on", ...(wanted === undefined ? {} : { buyers: wanted }) },
    });
    if (answer.status !== 202) {
      const { detail } = await readRefusal(answer);
      return redirectWith(c, pathOf(c), { kind: "failed", text: `${detail}.` });
    }
    // Its own page: there its end is seen, which is seconds away.
    const { rehearsalId } = await answer.json();
    const text = "The rehearsal has begun.";
    return redirectWith(c, `${pathOf(c)}/${rehearsalId}`, { kind: "done", text });
  });
}

async function readyPage(c: PageContext) {
  const { sale } = await readSale(c);
  const [readiness, list] = await Promise.all([
    c.get("api").sales[":id"].readiness.$get({ param: { id: idOf(c) } })
      .then((answer) => take<Readiness>(answer)),
    readRehearsals(c),
  ]);
  return page(c, {
    title: sale.title,
    place: "sales",
    crumbs: [{ label: "Sales", path: "/admin/sales" }],
    beside: <Badge state={sale.status === "closed" ? "closed" : sale.state} />,
    actions: (
      <>
        <a class="button" href={pathOf(c)}>Check again</a>
        {may(c) && sale.status === "draft" && (
          <Publish c={c} sale={sale} nowMs={Date.parse(readiness.checkedAt)} />
        )}
      </>
    ),
    tabs: <SaleTabs c={c} saleId={sale.saleId} current="ready" />,
    scripts: ["proof.js"],
    children: (
      <>
        <Verdict c={c} readiness={readiness} />
        <Rehearsals c={c} sale={sale} list={list} />
      </>
    ),
  });
}

function Publish({ c, sale, nowMs }: { c: PageContext; sale: SaleView; nowMs: number }) {
  return (
    <Confirm
      c={c}
      id="ask-publish"
      action={`/admin/sales/${sale.saleId}/publish`}
      label="Publish"
      question={publishQuestion(sale, nowMs)}
      look="primary"
    />
  );
}

function Verdict({ c, readiness }: { c: PageContext; readiness: Readiness }) {
  const { ready, checks, checkedAt, automatic, status } = readiness;
  const red = checks.filter(({ ok }) => !ok).length;
  const told = red === 1 ? "One thing stands in the way" : `${red} things stand in the way`;
  return (
    <section class="card stack" aria-labelledby="ready-title">
      <div class="card-head">
        <h2 id="ready-title">
          {status === "closed"
            ? "Closed: it sells nothing any more"
            : ready
            ? (status === "draft" ? "Ready to publish" : "Ready to sell")
            : told}
        </h2>
        <span class="quiet">
          {checks.length} checks at <Time c={c} at={checkedAt} style="second" named />
        </span>
      </div>
      {automatic && (
        <p class={automatic.ready ? "note-box" : "note-box bad"}>
          Checked by itself before the start at{" "}
          <Time c={c} at={automatic.checkedAt} style="second" />:{" "}
          {automatic.ready ? "everything was ready." : `${automatic.failed.length} red then.`}
        </p>
      )}
      <CheckList c={c} checks={worstFirst(checks)} />
      {status === "published" && (
        <p class="quiet">
          In the quarter of an hour before it starts, this is checked once a minute by itself; red
          lines are alarms in the log.
        </p>
      )}
    </section>
  );
}

interface RehearsalsProps {
  c: PageContext;
  sale: SaleView;
  list: RehearsalList;
}

/** The rehearsals. A script reads this again while `data-busy` is there. */
function Rehearsals({ c, sale, list }: RehearsalsProps) {
  const running = list.items.find(({ state }) => state === "running");
  const path = pathOf(c);
  return (
    <section
      id="work"
      class="card stack"
      aria-labelledby="rehearsal-title"
      data-from={`${path}/work`}
      data-busy={running ? "" : undefined}
    >
      <h2 id="rehearsal-title">Rehearsal</h2>
      {running
        ? (
          <>
            <Progress rehearsal={running} />
            <p>
              <a href={`${path}/${running.rehearsalId}`}>See it in detail</a>
            </p>
          </>
        )
        : (
          <>
            {list.total === 0 && (
              <p>
                <b>Not rehearsed yet.</b>{" "}
                A made-up crowd buys from a copy of this sale: same items, prices and limits, at
                most 5,000 pieces of each. Every count is checked, and all of it is removed again.
              </p>
            )}
            {may(c) && sale.status !== "closed" && <Begin c={c} sale={sale} />}
          </>
        )}
      <PastRehearsals c={c} list={list} path={path} />
      <p class="quiet">
        It buys at this origin as edges do, with the same ledger, queue, workers and database. The
        gate of the edges (limits, sign-in, slider) and the payment provider are not rehearsed.
      </p>
    </section>
  );
}

function Begin({ c, sale }: { c: PageContext; sale: SaleView }) {
  return (
    <form class="stack" method="post" action={`/admin/sales/${sale.saleId}/rehearsals`}>
      <Csrf c={c} />
      <div class="fields">
        <div class="field">
          <label for="buyers">Buyers</label>
          <input
            id="buyers"
            name="buyers"
            inputmode="numeric"
            autocomplete="off"
            class="figures"
            aria-describedby="buyers-hint"
          />
          <p class="hint" id="buyers-hint">
            Left empty: a fifth more than there are pieces. At most 20,000.
          </p>
        </div>
      </div>
      <label class="check">
        <input type="checkbox" name="force" />
        <span>
          <b>Even while a sale is open or starts within 10 minutes</b>
          <span class="hint">Its buyers would feel the crowd.</span>
        </span>
      </label>
      <div class="actions">
        <button type="submit">Rehearse</button>
      </div>
    </form>
  );
}

async function readRehearsals(c: PageContext): Promise<RehearsalList> {
  const page = /^[1-9]\d{0,5}$/.exec(c.req.query("page") ?? "")?.[0] ?? "1";
  const query = { page, per: String(PER_PAGE) };
  const param = { id: idOf(c) };
  return await take<RehearsalList>(
    await c.get("api").sales[":id"].rehearsals.$get({ param, query }),
  );
}

function idOf(c: PageContext): string {
  return c.req.param("id") ?? "";
}

function pathOf(c: PageContext): string {
  return `/admin/sales/${idOf(c)}/ready`;
}
