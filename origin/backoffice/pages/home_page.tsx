import { may, page } from "../kit/frame.tsx";
import { Badge } from "../kit/parts.tsx";
import { Countdown } from "../kit/spans.tsx";
import { Table } from "../kit/table.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { type Attention, type HomeFacts, type PartHealth, readHome } from "./home_reading.ts";
import type { SaleView } from "./sale_form.tsx";
import { countPieces, saleColumns, Sold } from "./sales_page.tsx";

/** `/admin`: what runs now, what comes next, what needs somebody, and how the parts are. */
export function addHomePage(app: PageApp, parts: PageParts): void {
  app.get("/", async (c) => {
    const facts = await readHome(c, parts);
    const { running, coming, over } = facts;
    const isNew = running.length + coming.length + over.length === 0 && facts.sales < 2;
    return page(c, {
      title: "Overview",
      place: "home",
      scripts: ["countdown.js"],
      styles: ["shop.css"],
      actions: may(c) && !isNew && <a class="button" href="/admin/sales/new">Plan a sale</a>,
      children: (
        <>
          {isNew && <FirstSteps facts={facts} operator={may(c)} />}
          <NeedsSomebody attention={facts.attention} />
          {facts.running.map((sale) => (
            <Running key={sale.saleId} sale={sale} nowMs={parts.clock()} />
          ))}
          {!isNew && facts.running.length === 0 && (
            <p class="card quiet">No sale is running right now.</p>
          )}
          <SaleList c={c} title="Coming next" sales={facts.coming} />
          <SaleList c={c} title="Drafts" sales={facts.drafts} />
          <SaleList c={c} title="Lately over" sales={facts.over} />
          <Health health={facts.health} />
        </>
      ),
    });
  });
}

/** What to do first, in order, with what is done already. */
function FirstSteps(
  { facts: { products, sales, drafts }, operator }: { facts: HomeFacts; operator: boolean },
) {
  const now = products === 0 ? 0 : sales === 0 ? 1 : 2;
  const step = (at: number) => at < now ? "done" : at === now ? "now" : undefined;
  const button = (at: number, path: string, label: string) =>
    operator && at === now && (
      <p class="actions">
        <a class="button primary" href={path}>{label}</a>
      </p>
    );
  const draft = drafts[0];
  if (now === 2 && draft === undefined) return null;
  return (
    <section class="stack" aria-labelledby="steps-title">
      <h2 id="steps-title">Three steps to the first sale</h2>
      <ol class="steps">
        <li class={step(0)}>
          <h3>Make a product</h3>
          <p class="quiet">What you sell: a name, a price, a picture.</p>
          {button(0, "/admin/products/new", "Make a product")}
        </li>
        <li class={step(1)}>
          <h3>Plan a sale</h3>
          <p class="quiet">When it starts and ends, and how many pieces there are.</p>
          {button(1, "/admin/sales/new", "Plan a sale")}
        </li>
        <li class={step(2)}>
          <h3>Publish it</h3>
          <p class="quiet">Buyers see it from then on, and it opens by itself.</p>
          {draft && button(2, `/admin/sales/${draft.saleId}`, "Look at the draft")}
        </li>
      </ol>
    </section>
  );
}

function NeedsSomebody({ attention }: { attention: Attention[] }) {
  if (attention.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="attention-title">
      <h2 id="attention-title">Needs somebody</h2>
      <ul class="checks">
        {attention.map(({ one, many, count, path, what }) => (
          <li class="warn">
            <a href={path}>{count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${many}`}</a>
            <span class="quiet">{what}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A sale that runs: where it stands, and the way to its live view. */
function Running({ sale, nowMs }: { sale: SaleView; nowMs: number }) {
  const id = `running-${sale.saleId}`;
  return (
    <section class="card stack" aria-labelledby={id}>
      <div class="card-head">
        <div class="actions">
          <h2 id={id}>
            <a href={`/admin/sales/${sale.saleId}`}>{sale.title}</a>
          </h2>
          <Badge state={sale.state} />
        </div>
        <a class="button primary" href={`/admin/sales/${sale.saleId}/live`}>Watch live</a>
      </div>
      <div class="running-row">
        <Sold {...countPieces(sale)} />
        <span>
          Ends in <Countdown untilMs={Date.parse(sale.endsAt)} nowMs={nowMs} />
        </span>
      </div>
    </section>
  );
}

function SaleList({ c, title, sales }: { c: PageContext; title: string; sales: SaleView[] }) {
  if (sales.length === 0) return null;
  return (
    <section class="stack" aria-label={title}>
      <h2>{title}</h2>
      <Table caption={title} columns={saleColumns(c)} rows={sales} empty="" />
    </section>
  );
}

function Health({ health }: { health: PartHealth[] }) {
  const broken = health.filter(({ ok }) => !ok).length;
  return (
    <section class="card stack" aria-labelledby="health-title">
      <div class="card-head">
        <h2 id="health-title">The parts</h2>
        {broken === 0
          ? <Badge label="All well" tone="good" />
          : <Badge label={`${broken} not well`} tone="bad" />}
      </div>
      <ul class="checks parts">
        {health.map(({ name, ok, detail }) => (
          <li class={ok ? undefined : "bad"}>
            <b>{name}</b>
            <span class="quiet">{detail}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
