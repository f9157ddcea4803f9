import { z } from "zod";

/** Entries on a page when nothing else is asked for, and most. */
export const DEFAULT_PER = 20;
export const MAX_PER = 200;

const wholeNumber = z.string().regex(/^\d{1,9}$/, "Must be a whole number").transform(Number);

/** The query of a list: `page` ≥ 1, `per` 1–200. */
export const listQuerySchema = z.object({
  page: wholeNumber.pipe(z.number().min(1)).default(1),
  per: wholeNumber.pipe(z.number().min(1).max(MAX_PER)).default(DEFAULT_PER),
});
