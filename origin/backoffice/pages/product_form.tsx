import type { z } from "@hono/zod-openapi";
import type { productSchema } from "../../admin/product_schemas.ts";
import { Choice, Field, FormProblem, type FormState, TextArea } from "../kit/form.tsx";
import { amountText, CURRENCIES, readAmount } from "../kit/money.ts";

/** A product as the admin API answers it. */
export type ProductView = z.infer<typeof productSchema>;

/** Pictures of one product. */
export const MAX_PICTURES = 12;

/** The fields of a form for a product that is there, or for a new one. */
export function productValues(product: ProductView | null): Record<string, string> {
  if (product === null) return { name: "", price: "", currency: "EUR" };
  const { name, subtitle, description, price, currency } = product;
  return { name, subtitle, description, price: amountText(price, currency), currency };
}

/** What the API is sent for a form, or what is wrong with the form already. */
export function readProduct(values: Record<string, string>):
  | { kind: "fields"; fields: Omit<ProductView, "productId" | "images"> }
  | { kind: "faults"; errors: Record<string, string> } {
  const { name = "", subtitle = "", description = "", currency = "" } = values;
  const price = readAmount(values["price"] ?? "", currency);
  const errors: Record<string, string> = {};
  if (name.trim() === "") errors["name"] = "Enter the name that buyers read.";
  if (price.kind === "fault") errors["price"] = price.message;
  if (Object.keys(errors).length > 0 || price.kind === "fault") return { kind: "faults", errors };
  const text = description.replaceAll("\r\n", "\n");
  return {
    kind: "fields",
    fields: { name, subtitle, description: text, price: price.amount, currency },
  };
}

/** The fields of a product, without pictures. */
export function ProductFields({ form }: { form: FormState }) {
  const chosen = form.values["currency"] ?? "";
  const known = CURRENCIES.includes(chosen) || chosen === "" ? CURRENCIES : [chosen, ...CURRENCIES];
  return (
    <>
      <FormProblem form={form} />
      <Field form={form} name="name" label="Name" required attributes={{ maxlength: 200 }} />
      <Field
        form={form}
        name="subtitle"
        label="Subtitle"
        hint="One line below the name. May stay empty."
        attributes={{ maxlength: 200 }}
      />
      <div class="fields">
        <Field
          form={form}
          name="price"
          label="Price"
          hint="As people write it, say 12.50. A sale takes it over when it is planned."
          required
          attributes={{ inputmode: "decimal", autocomplete: "off", class: "figures" }}
        />
        <Choice
          form={form}
          name="currency"
          label="Currency"
          options={known.map((code) => ({ value: code, label: currencyLabel(code) }))}
        />
      </div>
      <TextArea
        form={form}
        name="description"
        label="Description"
        hint="Shown on the product's page, line by line. May stay empty."
        attributes={{ rows: 6, maxlength: 20_000 }}
      />
    </>
  );
}

const NAMES = new Intl.DisplayNames(["en"], { type: "currency" });

function currencyLabel(code: string): string {
  try {
    return `${code} – ${NAMES.of(code)}`;
  } catch {
    return code;
  }
}
