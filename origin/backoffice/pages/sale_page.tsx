import { readForm, readRefusal } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { may, page } from "../kit/frame.tsx";
import { Badge, SaleTabs } from "../kit/parts.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { Course, hasStarted, type Readiness, Report } from "./sale_course.tsx";
import { readSale } from "./sale_edit_pages.tsx";
import { Items, Limits, SaleTiles, type ShownSale, Times } from "./sale_facts.tsx";
import { wholeNumber } from "./sale_items.tsx";

/** `/admin/sales/{id}`: what a sale is, and its course. */
export function addSalePage(app: PageApp, { admin, clock }: PageParts): void {
  const show = async (c: PageContext, readiness: Readiness | null) => {
    const { sale, products } = await readSale(c);
    return salePage(c, readiness, { sale, products, nowMs: clock(), newKey: admin.newId });
  };

  app.get("/sales/:id{[0-9]+}", (c) => show(c, null));

  // Where somebody is who loads the answer to that form again.
  app.get("/sales/:id{[0-9]+}/publish", (c) => c.redirect(`/admin/sales/${c.req.param("id")}`));

  app.post("/sales/:id{[0-9]+}/publish", async (c) => {
    const id = c.req.param("id");
    const answer = await c.get("api").sales[":id"].publish.$post({ param: { id } });
    if (answer.status === 200) return await show(c, await answer.json());
    return await refuse(c, answer);
  });

  for (const [verb, text] of Object.entries(DONE) as [keyof typeof DONE, string][]) {
    app.post(`/sales/:id{[0-9]+}/${verb}`, async (c) => {
      const id = c.req.param("id") ?? "";
      const answer = await c.get("api").sales[":id"][verb].$post({ param: { id } });
      if (answer.status !== 200) return await refuse(c, answer);
      return redirectWith(c, `/admin/sales/${id}`, { kind: "done", text });
    });
  }

  app.post("/sales/:id{[0-9]+}/items/:productId{[0-9]+}/stock", async (c) => {
    const { id, productId } = c.req.param();
    const back = `/admin/sales/${id}`;
    const { pieces = "", sign = "", key = "" } = await readForm(c.req.raw);
    const count = wholeNumber(pieces.trim());
    if (count === null || count === 0) {
      const text = "Enter how many pieces, a whole number from 1.";
      return redirectWith(c, back, { kind: "failed", text });
    }
    const answer = await c.get("api").sales[":id"].items[":productId"].stock.$post({
      param: { id, productId },
      json: { delta: sign === "-" ? -count : count },
      header: key === "" ? {} : { "idempotency-key": key },
    });
    if (answer.status !== 200) return await refuse(c, answer);
    const { stock, state } = await answer.json();
    const text = `${stock.toLocaleString("en")} pieces are put on sale now. ` +
      (state === "applied"
        ? "Every edge knows within a second."
        : "The ledger is told as soon as it answers.");
    return redirectWith(c, back, { kind: "done", text });
  });
}

const DONE = {
  pause: "Paused: nobody can buy until you resume. Every edge knows within a second.",
  resume: "Selling again. Every edge knows within a second.",
  close: "Closed for good.",
};

async function refuse(
  c: PageContext,
  answer: { status: number; json(): Promise<unknown> },
): Promise<Response> {
  const { detail } = await readRefusal(answer);
  return redirectWith(c, `/admin/sales/${c.req.param("id")}`, {
    kind: "failed",
    text: `${detail}.`,
  });
}

function salePage(c: PageContext, readiness: Readiness | null, shown: ShownSale) {
  const { sale } = shown;
  return page(c, {
    title: sale.title,
    place: "sales",
    crumbs: [{ label: "Sales", path: "/admin/sales" }],
    beside: <Badge state={sale.status === "closed" ? "closed" : sale.state} />,
    actions: may(c) && <Course c={c} sale={sale} nowMs={shown.nowMs} />,
    tabs: <SaleTabs c={c} saleId={sale.saleId} current="overview" />,
    styles: ["shop.css"],
    scripts: ["countdown.js"],
    children: (
      <>
        {readiness && <Report c={c} readiness={readiness} />}
        {!readiness && sale.status === "draft" && (
          <p class="note-box">
            A draft is seen by nobody. Publish it when it is right: its pages are made, and it opens
            {" "}
            {hasStarted(sale, shown.nowMs) ? "at once, as its start is past." : "when it starts."}
          </p>
        )}
        <SaleTiles {...shown} />
        <Items c={c} {...shown} />
        <div class="columns">
          <Times c={c} sale={sale} />
          <Limits sale={sale} />
        </div>
      </>
    ),
  });
}
