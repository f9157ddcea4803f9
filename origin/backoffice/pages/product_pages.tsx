import { readForm, readRefusal, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { type FormState, freshForm } from "../kit/form.tsx";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Confirm } from "../kit/parts.tsx";
import { mustBe } from "../kit/problem_page.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { ProductFields, productValues, type ProductView, readProduct } from "./product_form.tsx";
import {
  addPictureForms,
  PictureField,
  Pictures,
  readPictureForm,
  uploadPicture,
} from "./product_pictures.tsx";
import { ProductPreview } from "./product_preview.tsx";

const CRUMBS = [{ label: "Products", path: "/admin/products" }];

/** `/admin/products/new` and `/admin/products/{id}`. */
export function addProductPages(app: PageApp): void {
  app.get("/products/new", (c) => {
    mustBe(c, "operator");
    return newPage(c, freshForm(productValues(null)));
  });

  app.post("/products/new", async (c) => {
    const { values, file } = await readPictureForm(c);
    const given = readProduct(values);
    const errors: Record<string, string> = given.kind === "faults" ? given.errors : {};
    const picture = file && await uploadPicture(c.get("api"), file);
    if (picture?.kind === "path") values["image"] = picture.path;
    if (picture?.kind === "fault") errors["picture"] = picture.message;
    if (given.kind === "faults" || picture?.kind === "fault") {
      return newPage(c, { values, errors, problem: "Please look at the marked fields." }, 422);
    }
    const images = values["image"] ? [values["image"]] : [];
    const answer = await c.get("api").products.$post({ json: { ...given.fields, images } });
    if (answer.status !== 201) {
      return newPage(c, refusedForm(values, await readRefusal(answer)), 422);
    }
    const { productId, name } = await answer.json();
    const text = `${name} was made. Now it can be put into a sale.`;
    return redirectWith(c, `/admin/products/${productId}`, { kind: "done", text });
  });

  app.get("/products/:id{[0-9]+}", async (c) => {
    const product = await read(c);
    return productPage(c, product, freshForm(productValues(product)));
  });

  app.post("/products/:id{[0-9]+}", async (c) => {
    const product = await read(c);
    const values = await readForm(c.req.raw);
    const given = readProduct(values);
    if (given.kind === "faults") {
      const problem = "Please look at the marked fields.";
      return productPage(c, product, { values, errors: given.errors, problem }, 422);
    }
    const id = c.req.param("id");
    const answer = await c.get("api").products[":id"].$patch({ param: { id }, json: given.fields });
    if (answer.status !== 200) {
      return productPage(c, product, refusedForm(values, await readRefusal(answer)), 422);
    }
    const text = "Saved. Pages that show it are made again on every edge within a second.";
    return redirectWith(c, `/admin/products/${id}`, { kind: "done", text });
  });

  app.post("/products/:id{[0-9]+}/delete", async (c) => {
    const id = c.req.param("id");
    const answer = await c.get("api").products[":id"].$delete({ param: { id } });
    if (answer.status === 204) {
      return redirectWith(c, "/admin/products", { kind: "done", text: "The product was deleted." });
    }
    const { code, detail } = await readRefusal(answer);
    const text = code === "conflict"
      ? `A sale has this product, so it stays: orders must still say what was bought. (${detail})`
      : detail;
    return redirectWith(c, `/admin/products/${id}`, { kind: "failed", text });
  });

  addPictureForms(app);
}

async function read(c: PageContext): Promise<ProductView> {
  const id = c.req.param("id") ?? "";
  return await take<ProductView>(await c.get("api").products[":id"].$get({ param: { id } }));
}

function newPage(c: PageContext, form: FormState, status: 200 | 422 = 200) {
  const image = form.values["image"];
  return page(c, {
    title: "New product",
    place: "products",
    crumbs: CRUMBS,
    scripts: ["pictures.js"],
    styles: ["shop.css"],
    children: (
      <form
        class="card stack narrow"
        method="post"
        action="/admin/products/new"
        enctype="multipart/form-data"
      >
        <Csrf c={c} />
        <ProductFields form={form} />
        {image && <input type="hidden" name="image" value={image} />}
        {image && <img class="kept-picture" src={image} alt="The picture that was uploaded" />}
        <PictureField
          label="Picture"
          error={form.errors["picture"]}
          hint="JPEG, PNG or WebP, at most 2 MB. More can be added afterwards, twelve in all."
        />
        <div class="actions">
          <button type="submit" class="primary">Make product</button>
          <a href="/admin/products">Cancel</a>
        </div>
      </form>
    ),
  }, status);
}

function productPage(
  c: PageContext,
  product: ProductView,
  form: FormState,
  status: 200 | 422 = 200,
) {
  const path = `/admin/products/${product.productId}`;
  return page(c, {
    title: product.name,
    place: "products",
    crumbs: CRUMBS,
    beside: <span class="quiet figure">No. {product.productId}</span>,
    scripts: ["pictures.js"],
    styles: ["shop.css"],
    actions: may(c) && (
      <>
        <a class="button" href={`/admin/sales/new?product=${product.productId}`}>Plan a sale</a>
        <Confirm
          c={c}
          id="delete-product"
          action={`${path}/delete`}
          label="Delete product"
          danger
          question="It cannot be brought back. A product that a sale has is not deleted."
        />
      </>
    ),
    children: (
      <div class="split">
        <div class="stack">
          {may(c) && (
            <form class="card stack" method="post" action={path}>
              <Csrf c={c} />
              <h2>What buyers read</h2>
              <ProductFields form={form} />
              <div class="actions">
                <button type="submit" class="primary">Save</button>
              </div>
            </form>
          )}
          <Pictures c={c} product={product} />
        </div>
        <ProductPreview product={product} />
      </div>
    ),
  }, status);
}
