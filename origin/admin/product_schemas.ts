import { z } from "@hono/zod-openapi";
import { filledLine, idSchema, line, moneySchema, prose } from "./admin_schemas.ts";

/** Pictures of one product. */
const MAX_IMAGES = 12;
const MAX_IMAGE_PATH = 500;

const NO_HOST = "http://no-host.invalid";

/**
 * The path of a picture on the pages' own host as a browser will ask for it, or null for what would
 * lead elsewhere: another host (`//host`), another folder (`..`, `%2e%2e`, backslashes), a fragment.
 */
export function ownPath(path: string): string | null {
  if (!path.startsWith("/") || !URL.canParse(path, NO_HOST)) return null;
  const url = new URL(path, NO_HOST);
  const asked = url.pathname + url.search;
  return url.origin === NO_HOST && (asked === path || asked === encodeURI(path)) ? asked : null;
}

const imageSchema = z.string().max(MAX_IMAGE_PATH).transform((path, context) => {
  const asked = path.isWellFormed() ? ownPath(path) : null;
  if (asked !== null && !asked.startsWith("//")) return asked;
  context.addIssue({ code: "custom", message: "must be a path on the pages' own host" });
  return z.NEVER;
}).openapi({ type: "string", pattern: "^/", maxLength: MAX_IMAGE_PATH });

const fields = {
  name: filledLine(200),
  subtitle: line(200),
  description: prose(20_000),
  images: z.array(imageSchema).max(MAX_IMAGES),
  price: moneySchema,
  currency: z.string().regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)"),
};

/** A new product. */
export const newProductSchema = z.object({
  ...fields,
  subtitle: fields.subtitle.default(""),
  description: fields.description.default(""),
  images: fields.images.default([]),
}).openapi("NewProduct", {
  example: { name: "Kettle", subtitle: "1.7 l", images: [], price: 1_250, currency: "EUR" },
});

/** A change of a product, field by field. */
export const productChangesSchema = z.object(fields).partial().openapi("ProductChanges", {
  example: { name: "Kettle, blue", price: 990 },
});

/** A product as the admin API answers it. */
export const productSchema = z.object({
  productId: idSchema,
  name: z.string(),
  subtitle: z.string(),
  description: z.string(),
  images: z.array(z.string()),
  price: moneySchema,
  currency: z.string(),
}).openapi("Product");
