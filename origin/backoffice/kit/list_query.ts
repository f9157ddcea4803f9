import type { PageContext } from "../page_env.ts";

/** Rows of a list on one page when nobody asks for another number. */
const ROWS = 50;

/** Which part of a list an address asks for; what makes no sense is the first page of 50. */
export function pageOfQuery(c: PageContext): { page: number; per: number } {
  return {
    page: wholeNumber(c.req.query("page"), 1_000_000) ?? 1,
    per: wholeNumber(c.req.query("per"), 200) ?? ROWS,
  };
}

function wholeNumber(text: string | undefined, most: number): number | null {
  if (text === undefined || !/^[1-9]\d{0,6}$/.test(text)) return null;
  return Math.min(Number(text), most);
}
