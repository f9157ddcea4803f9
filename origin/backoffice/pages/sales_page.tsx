import { take } from "../kit/api_answers.ts";
import { may, page } from "../kit/frame.tsx";
import { pageOfQuery } from "../kit/list_query.ts";
import { Badge, Bar, Empty, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import { lastPage, listPlace } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import type { SaleView } from "./sale_form.tsx";

/** Pieces of a sale that are put on sale and sold; `stock` is −1 when any item is unlimited. */
export function countPieces({ items }: Pick<SaleView, "items">): { stock: number; sold: number } {
  const sold = items.reduce((sum, item) => sum + item.sold, 0);
  if (items.some(({ stock }) => stock < 0)) return { stock: -1, sold };
  return { stock: items.reduce((sum, item) => sum + item.stock, 0), sold };
}

/** How much is sold, as figures and as a bar. */
export function Sold({ stock, sold }: { stock: number; sold: number }) {
  const of = stock < 0 ? "unlimited" : stock.toLocaleString("en");
  const label = `${sold.toLocaleString("en")} of ${of}`;
  return (
    <span class="sold">
      <span class="figure">{label}</span>
      {stock >= 0 && <Bar used={sold} of={stock} label={`${label} sold`} />}
    </span>
  );
}

/** The columns of every list of sales. */
export function saleColumns(c: PageContext): Column<SaleView>[] {
  return [
    {
      heading: "Sale",
      cell: ({ saleId, title, items }) => (
        <>
          <a href={`/admin/sales/${saleId}`}>{title}</a>
          <span class="quiet line">
            No. {saleId}, {items.length === 1 ? "1 item" : `${items.length} items`}
          </span>
        </>
      ),
    },
    {
      heading: "State",
      cell: ({ state, status }) => <Badge state={status === "closed" ? "closed" : state} />,
    },
    { heading: "Starts", cell: ({ startsAt }) => <Time c={c} at={startsAt} /> },
    { heading: "Ends", cell: ({ endsAt }) => <Time c={c} at={endsAt} /> },
    { heading: "Sold", cell: (sale) => <Sold {...countPieces(sale)} /> },
  ];
}

/** `/admin/sales`: all sales, newest first. */
export function addSalesPage(app: PageApp): void {
  app.get("/sales", async (c) => {
    const { page: number, per } = pageOfQuery(c);
    const { items, total } = await take<{ items: SaleView[]; total: number }>(
      await c.get("api").sales.$get({ query: { page: String(number), per: String(per) } }),
    );
    const last = lastPage(listPlace(c), { items, total });
    if (last !== null) return c.redirect(last, 303);
    return page(c, {
      title: "Sales",
      place: "sales",
      styles: ["shop.css"],
      actions: may(c) && <a class="button primary" href="/admin/sales/new">Plan a sale</a>,
      children: (
        <>
          <Table
            caption="Sales"
            columns={saleColumns(c)}
            rows={items}
            empty={total > 0
              ? <Empty title="This page of the list is empty" />
              : <NoSales operator={may(c)} />}
          />
          {total > 0 && <Pager url={new URL(c.req.url)} page={number} per={per} total={total} />}
        </>
      ),
    });
  });
}

function NoSales({ operator }: { operator: boolean }) {
  return (
    <Empty title="No sales yet">
      <p>A sale says what is sold, from when to when, and how many pieces there are.</p>
      {operator && (
        <p>
          <a class="button primary" href="/admin/sales/new">Plan the first sale</a>
        </p>
      )}
    </Empty>
  );
}
