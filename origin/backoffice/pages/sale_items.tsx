import type { AdminClient } from "../../admin/admin_client.ts";
import { Check, Field, type FormState } from "../kit/form.tsx";
import { amountText, readAmount } from "../kit/money.ts";
import { findProduct, productText } from "./sale_products.ts";
import type { ProductView } from "./product_form.tsx";
import type { SaleView } from "./sale_form.tsx";

/** Items of one sale; the API takes no more. */
const MAX_ITEMS = 200;

/** Rows of a new form, and how many more are shown when somebody asks. */
const FIRST_ROWS = 3;
const MORE_ROWS = 3;

/** An item as the API takes it. */
export interface ItemFields {
  productId: number;
  stock: number;
  perUserLimit: number;
  price?: number;
}

const named = (at: number, field: string) => `item-${at}-${field}`;

/** The rows of the items that are there, as fields. */
export function itemValues(
  items: SaleView["items"],
  products: ReadonlyMap<number, ProductView>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [at, { productId, stock, price, currency, perUserLimit }] of items.entries()) {
    const product = products.get(productId);
    values[named(at, "product")] = product ? productText(product) : String(productId);
    values[named(at, "stock")] = stock < 0 ? "" : String(stock);
    if (stock < 0) values[named(at, "unlimited")] = "on";
    values[named(at, "price")] = amountText(price, currency);
    values[named(at, "limit")] = String(perUserLimit);
  }
  values["rows"] = String(Math.max(FIRST_ROWS, items.length + 1));
  return values;
}

/** How many rows a form has. */
function rowsOf(values: Record<string, string>): number {
  const rows = Number(values["rows"]);
  return Number.isSafeInteger(rows) ? Math.min(Math.max(rows, 1), MAX_ITEMS) : FIRST_ROWS;
}

/** The same form with more rows. */
export function withMoreRows(values: Record<string, string>): Record<string, string> {
  return { ...values, rows: String(Math.min(rowsOf(values) + MORE_ROWS, MAX_ITEMS)) };
}

/** Items that were read, `rows[i]` being the row of the i-th; or the faults of fields. */
export type ReadItems =
  | { kind: "items"; items: ItemFields[]; rows: number[] }
  | { kind: "faults"; errors: Record<string, string> };

/** Reads all rows that say something. */
export async function readItems(
  values: Record<string, string>,
  api: AdminClient,
): Promise<ReadItems> {
  const items: ItemFields[] = [];
  const rows: number[] = [];
  const errors: Record<string, string> = {};
  for (let at = 0; at < rowsOf(values); at++) {
    const text = (name: string) => (values[named(at, name)] ?? "").trim();
    if (text("product") === "" && text("stock") === "" && text("price") === "") continue;
    const item = await readItem(text, api);
    for (const [name, message] of Object.entries(item.errors)) errors[named(at, name)] = message;
    if (item.fields === null) continue;
    const { productId } = item.fields;
    if (items.some((other) => other.productId === productId)) {
      errors[named(at, "product")] = "This product is in the sale already.";
    }
    items.push(item.fields);
    rows.push(at);
  }
  if (Object.keys(errors).length > 0) return { kind: "faults", errors };
  if (items.length > 0) return { kind: "items", items, rows };
  return { kind: "faults", errors: { [named(0, "product")]: "Choose what the sale sells." } };
}

async function readItem(
  text: (name: string) => string,
  api: AdminClient,
): Promise<{ fields: ItemFields | null; errors: Record<string, string> }> {
  const errors: Record<string, string> = {};
  const found = text("product") === ""
    ? { fault: "Choose a product." }
    : await findProduct(api, text("product"));
  if ("fault" in found) errors["product"] = found.fault;
  const stock = text("unlimited") === "on" ? -1 : wholeNumber(text("stock"));
  if (stock === null) errors["stock"] = "Enter how many pieces, or tick Unlimited.";
  const limit = text("limit") === "" ? 1 : wholeNumber(text("limit"));
  if (limit === null || limit < 1) errors["limit"] = "Enter a whole number from 1.";
  let price: number | undefined;
  if (text("price") !== "" && "product" in found) {
    const read = readAmount(text("price"), found.product.currency);
    if (read.kind === "fault") errors["price"] = read.message;
    else price = read.amount;
  }
  if (!("product" in found) || stock === null || limit === null || Object.keys(errors).length > 0) {
    return { fields: null, errors };
  }
  const fields = { productId: found.product.productId, stock, perUserLimit: limit };
  return { fields: price === undefined ? fields : { ...fields, price }, errors };
}

/** A whole number as people write it, thousands apart or not; null for anything else. */
export function wholeNumber(text: string): number | null {
  const digits = text.replaceAll(/[\s,.'\u00a0\u202f](?=\d{3}(?!\d))/g, "");
  return /^\d{1,10}$/.test(digits) ? Number(digits) : null;
}

/** The field of a path that the API complains about, as `items.1.stock`. */
export function itemField(path: string, rows: number[]): string {
  const match = /^items[.](\d+)(?:[.](\w+))?$/.exec(path);
  if (!match) return named(rows[0] ?? 0, "product");
  const names: Record<string, string> = { productId: "product", perUserLimit: "limit" };
  const field = match[2] ?? "product";
  return named(rows[Number(match[1])] ?? 0, names[field] ?? field);
}

/** Rows for the items of a draft. */
export function ItemRows({ form, offered }: { form: FormState; offered: ProductView[] }) {
  const rows = Array.from({ length: rowsOf(form.values) }, (_, at) => at);
  return (
    <div data-items>
      <input type="hidden" name="rows" value={rows.length} />
      <datalist id="products">
        {offered.map((product) => (
          <option key={product.productId} value={productText(product)}></option>
        ))}
      </datalist>
      {rows.map((at) => <ItemRow key={at} form={form} at={at} />)}
      <div class="actions">
        <button type="submit" class="small" name="do" value="rows" formnovalidate data-add-row>
          Add another item
        </button>
      </div>
    </div>
  );
}

function ItemRow({ form, at }: { form: FormState; at: number }) {
  const number = at + 1;
  return (
    <div class="item-row" role="group" aria-label={`Item ${number}`}>
      <Field
        form={form}
        name={named(at, "product")}
        label="Product"
        {...(at === 0 ? { hint: "Begin to write its name, or enter its number." } : {})}
        attributes={{ list: "products", autocomplete: "off", maxlength: 240, "data-product": true }}
      />
      <div>
        <Field
          form={form}
          name={named(at, "stock")}
          label="Pieces"
          attributes={{ inputmode: "numeric", autocomplete: "off", class: "figures" }}
        />
        <Check form={form} name={named(at, "unlimited")} label="Unlimited" />
      </div>
      <Field
        form={form}
        name={named(at, "price")}
        label="Price"
        {...(at === 0 ? { hint: "Empty: the product’s." } : {})}
        attributes={{ inputmode: "decimal", autocomplete: "off", class: "figures" }}
      />
      <Field
        form={form}
        name={named(at, "limit")}
        label="Per buyer"
        attributes={{
          inputmode: "numeric",
          autocomplete: "off",
          placeholder: "1",
          class: "figures",
        }}
      />
      <button type="button" class="small remove-row" hidden aria-label={`Remove item ${number}`}>
        Remove
      </button>
    </div>
  );
}
