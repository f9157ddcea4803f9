import { readForm, readRefusal, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, type FormState, freshForm } from "../kit/form.tsx";
import { Csrf, page } from "../kit/frame.tsx";
import { Badge, Money, SaleTabs } from "../kit/parts.tsx";
import { mustBe } from "../kit/problem_page.tsx";
import { Table } from "../kit/table.tsx";
import { zoneOfForm } from "../kit/time_fields.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import type { ProductView } from "./product_form.tsx";
import { SaleFields, type SaleView } from "./sale_form.tsx";
import {
  itemField,
  ItemRows,
  itemValues,
  readItems,
  wholeNumber,
  withMoreRows,
} from "./sale_items.tsx";
import { offerProducts, productText, readProducts } from "./sale_products.ts";
import { readTerms, termField, termValues } from "./sale_reading.ts";

const CRUMBS = [{ label: "Sales", path: "/admin/sales" }];
const LOOK_AT_FIELDS = "Please look at the marked fields.";

/** `/admin/sales/new` and `/admin/sales/{id}/edit`. */
export function addSaleEditPages(app: PageApp, { clock }: PageParts): void {
  app.get("/sales/new", async (c) => {
    mustBe(c, "operator");
    const api = c.get("api");
    const values = termValues(null, { zone: c.get("zone"), nowMs: clock() });
    const chosen = Number(c.req.query("product"));
    const product = Number.isSafeInteger(chosen) && chosen > 0
      ? (await readProducts(api, [chosen])).get(chosen)
      : undefined;
    if (product) values["item-0-product"] = productText(product);
    return await newPage(c, freshForm(values));
  });

  app.post("/sales/new", async (c) => {
    const values = await readForm(c.req.raw);
    if (values["do"] === "rows") return await newPage(c, freshForm(withMoreRows(values)));
    const { terms, errors } = readTerms(values, { sale: null, zone: c.get("zone") });
    const read = await readItems(values, c.get("api"));
    if (read.kind === "faults") Object.assign(errors, read.errors);
    if (terms === null || read.kind === "faults") {
      return await newPage(c, { values, errors, problem: LOOK_AT_FIELDS }, 422);
    }
    const answer = await c.get("api").sales.$post({ json: { ...terms, items: read.items } });
    if (answer.status !== 201) {
      const form = refusedForm(values, await readRefusal(answer), fieldOf(read.rows));
      return await newPage(c, form, 422);
    }
    const { saleId } = await answer.json();
    const text = "The sale is planned as a draft. Look at it once more, then publish it.";
    return redirectWith(c, `/admin/sales/${saleId}`, { kind: "done", text });
  });

  app.get("/sales/:id{[0-9]+}/edit", async (c) => {
    mustBe(c, "operator");
    const { sale, products } = await readSale(c);
    const values = {
      ...termValues(sale, { zone: c.get("zone"), nowMs: clock() }),
      ...itemValues(sale.items, products),
    };
    return await editPage(c, { sale, products }, freshForm(values));
  });

  app.post("/sales/:id{[0-9]+}/edit", async (c) => {
    const known = await readSale(c);
    const { sale } = known;
    const values = await readForm(c.req.raw);
    if (values["do"] === "rows") return await editPage(c, known, freshForm(withMoreRows(values)));
    const { terms, errors } = readTerms(values, { sale, zone: c.get("zone") });
    const read = sale.status === "draft"
      ? await readItems(values, c.get("api"))
      : readLimits(values, sale);
    if (read.kind === "faults") Object.assign(errors, read.errors);
    if (terms === null || read.kind === "faults") {
      return await editPage(c, known, { values, errors, problem: LOOK_AT_FIELDS }, 422);
    }
    const items = read.items.length > 0 ? { items: read.items } : {};
    const id = c.req.param("id");
    const answer = await c.get("api").sales[":id"].$patch({
      param: { id },
      json: { ...terms, ...items },
    });
    if (answer.status !== 200) {
      const form = refusedForm(values, await readRefusal(answer), fieldOf(read.rows));
      return await editPage(c, known, form, 422);
    }
    const text = sale.status === "draft"
      ? "Saved."
      : "Saved. It is in force on all edges within a second.";
    return redirectWith(c, `/admin/sales/${id}`, { kind: "done", text });
  });
}

interface KnownSale {
  sale: SaleView;
  products: Map<number, ProductView>;
}

/** A sale with its products. */
export async function readSale(c: PageContext): Promise<KnownSale> {
  const api = c.get("api");
  const id = c.req.param("id") ?? "";
  const sale = await take<SaleView>(await api.sales[":id"].$get({ param: { id } }));
  return { sale, products: await readProducts(api, sale.items.map(({ productId }) => productId)) };
}

function fieldOf(rows: number[]): (path: string) => string {
  return (path) => path.startsWith("items") ? itemField(path, rows) : termField(path);
}

/** Of a published sale's items only the limits can change: those that did. */
function readLimits(values: Record<string, string>, sale: SaleView):
  | { kind: "items"; items: { productId: number; perUserLimit: number }[]; rows: number[] }
  | { kind: "faults"; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const items: { productId: number; perUserLimit: number }[] = [];
  const rows: number[] = [];
  for (const [at, { productId, perUserLimit }] of sale.items.entries()) {
    const limit = wholeNumber((values[`item-${at}-limit`] ?? String(perUserLimit)).trim());
    if (limit === null || limit < perUserLimit) {
      errors[`item-${at}-limit`] = `Can only be raised: it is ${perUserLimit}.`;
    } else if (limit !== perUserLimit) {
      items.push({ productId, perUserLimit: limit });
      rows.push(at);
    }
  }
  return Object.keys(errors).length > 0
    ? { kind: "faults", errors }
    : { kind: "items", items, rows };
}

async function newPage(c: PageContext, form: FormState, status: 200 | 422 = 200) {
  const offered = await offerProducts(c.get("api"), "");
  return page(c, {
    title: "Plan a sale",
    place: "sales",
    crumbs: CRUMBS,
    scripts: ["sale_form.js"],
    styles: ["shop.css"],
    children: offered.length === 0
      ? (
        <div class="empty">
          <h2>A sale needs a product first</h2>
          <p>Make what you want to sell, then plan when it is sold and how many there are.</p>
          <a class="button primary" href="/admin/products/new">Make a product</a>
        </div>
      )
      : (
        <form class="card stack" method="post" action="/admin/sales/new">
          <Csrf c={c} />
          <SaleFields
            form={form}
            zone={c.get("zone")}
            items={<ItemRows form={form} offered={offered} />}
            open={false}
          />
          <div class="actions">
            <button type="submit" class="primary">Make draft</button>
            <a href="/admin/sales">Cancel</a>
          </div>
        </form>
      ),
  }, status);
}

async function editPage(
  c: PageContext,
  { sale, products }: KnownSale,
  form: FormState,
  status: 200 | 422 = 200,
) {
  const path = `/admin/sales/${sale.saleId}`;
  const draft = sale.status === "draft";
  const items = draft
    ? <ItemRows form={form} offered={await offerProducts(c.get("api"), "")} />
    : <FixedItems form={form} sale={sale} products={products} />;
  return page(c, {
    title: sale.title,
    place: "sales",
    crumbs: CRUMBS,
    beside: <Badge state={sale.status === "closed" ? "closed" : sale.state} />,
    tabs: <SaleTabs c={c} saleId={sale.saleId} current="edit" />,
    scripts: ["sale_form.js"],
    styles: ["shop.css"],
    children: sale.status === "closed"
      ? <p class="note-box">This sale is closed for good: nothing of it can be changed any more.</p>
      : (
        <>
          {!draft && (
            <p class="note-box">
              This sale is published: what you save is in force on all edges within a second. Items
              and prices stay as they are; pieces are topped up or taken back on the{" "}
              <a href={path}>overview</a>.
            </p>
          )}
          <form class="card stack" method="post" action={`${path}/edit`}>
            <Csrf c={c} />
            <SaleFields
              form={form}
              zone={zoneOfForm(form.values, c.get("zone"))}
              items={items}
              open
            />
            <div class="actions">
              <button type="submit" class="primary">Save</button>
              <a href={path}>Cancel</a>
            </div>
          </form>
        </>
      ),
  }, status);
}

function FixedItems({ form, sale, products }: KnownSale & { form: FormState }) {
  const rows = sale.items.map((item, at) => ({ ...item, at }));
  return (
    <Table
      caption="Items"
      rows={rows}
      empty="No items"
      columns={[
        {
          heading: "Product",
          cell: ({ productId }) => products.get(productId)?.name ?? `No. ${productId}`,
        },
        {
          heading: "Pieces",
          numeric: true,
          cell: ({ stock }) => stock < 0 ? "unlimited" : stock.toLocaleString("en"),
        },
        {
          heading: "Price",
          numeric: true,
          cell: ({ price, currency }) => <Money amount={price} currency={currency} />,
        },
        {
          heading: "",
          cell: ({ at }) => (
            <Field
              form={form}
              name={`item-${at}-limit`}
              label="Most per buyer"
              attributes={{ inputmode: "numeric", class: "figures" }}
            />
          ),
        },
      ]}
    />
  );
}
