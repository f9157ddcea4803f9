import { take } from "../kit/api_answers.ts";
import { Field, freshForm } from "../kit/form.tsx";
import { may, page } from "../kit/frame.tsx";
import { Empty, FilterBar, Money } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import { pageOfQuery } from "../kit/list_query.ts";
import { lastPage, listPlace } from "../list_place.ts";
import type { PageApp } from "../page_env.ts";
import type { ProductView } from "./product_form.tsx";
import { offerProducts, productText } from "./sale_products.ts";

const COLUMNS: Column<ProductView>[] = [
  {
    heading: "Product",
    cell: ({ productId, name, subtitle, images }) => (
      <span class="with-picture">
        {images[0] === undefined
          ? <span class="thumb" aria-hidden="true">{name.trim().charAt(0).toUpperCase()}</span>
          : <img class="thumb" src={images[0]} alt="" loading="lazy" width="40" height="40" />}
        <span>
          <a href={`/admin/products/${productId}`}>{name}</a>
          {subtitle !== "" && <span class="quiet line">{subtitle}</span>}
        </span>
      </span>
    ),
  },
  { heading: "No.", numeric: true, cell: ({ productId }) => productId },
  {
    heading: "Pictures",
    numeric: true,
    cell: ({ images }) => images.length === 0 ? <span class="quiet">none</span> : images.length,
  },
  {
    heading: "Price",
    numeric: true,
    cell: ({ price, currency }) => <Money amount={price} currency={currency} />,
  },
];

/** `/admin/products`: all products, newest first. */
export function addProductsPage(app: PageApp): void {
  // What a field offers while somebody writes.
  app.get("/products/offered", async (c) => {
    const name = (c.req.query("name") ?? "").slice(0, 200).trim();
    const products = await offerProducts(c.get("api"), name);
    return c.json({ offered: products.map(productText) });
  });

  app.get("/products", async (c) => {
    const name = (c.req.query("name") ?? "").slice(0, 200).trim();
    const { page: number, per } = pageOfQuery(c);
    const { items, total } = await take<{ items: ProductView[]; total: number }>(
      await c.get("api").products.$get({
        query: { page: String(number), per: String(per), ...(name === "" ? {} : { name }) },
      }),
    );
    const last = lastPage(listPlace(c), { items, total });
    if (last !== null) return c.redirect(last, 303);
    return page(c, {
      title: "Products",
      place: "products",
      styles: ["shop.css"],
      actions: may(c) && <a class="button primary" href="/admin/products/new">New product</a>,
      children: (
        <>
          {(total > 0 || name !== "") && (
            <FilterBar action="/admin/products">
              <Field
                form={freshForm({ name })}
                name="name"
                label="Name has"
                type="search"
                attributes={{ maxlength: 200 }}
              />
            </FilterBar>
          )}
          <Table
            caption="Products"
            columns={COLUMNS}
            rows={items}
            empty={name !== ""
              ? <NothingCalled name={name} />
              : total > 0
              ? <Empty title="This page of the list is empty" />
              : <NoProducts operator={may(c)} />}
          />
          {total > 0 && <Pager url={new URL(c.req.url)} page={number} per={per} total={total} />}
        </>
      ),
    });
  });
}

function NothingCalled({ name }: { name: string }) {
  return (
    <Empty title="Nothing found">
      <p>No product has “{name}” in its name.</p>
      <p>
        <a class="button" href="/admin/products">Show all products</a>
      </p>
    </Empty>
  );
}

function NoProducts({ operator }: { operator: boolean }) {
  return (
    <Empty title="No products yet">
      <p>A product is what a sale sells: a name, a price and a picture. Everything begins here.</p>
      {operator && (
        <p>
          <a class="button primary" href="/admin/products/new">Make the first product</a>
        </p>
      )}
    </Empty>
  );
}
