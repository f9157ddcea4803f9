import { isoTime } from "../../shared/clock.ts";
import { parseItemKey } from "../../shared/item.ts";
import { minorDigits } from "../backoffice/kit/money.ts";
import type { ExportedOrder } from "../orders/order_reader.ts";

type Cell = string | number | null;

/** What spreadsheets read as UTF-8 by; programs would take it for a part of the first heading. */
export const BYTE_ORDER_MARK = "\ufeff";

/** The columns, in their order. */
const COLUMNS: readonly { name: string; cell(order: ExportedOrder): Cell }[] = [
  { name: "ticket", cell: ({ ticket }) => ticket },
  { name: "sale_id", cell: ({ item }) => parseItemKey(item).saleId },
  { name: "product_id", cell: ({ item }) => parseItemKey(item).productId },
  { name: "user_id", cell: ({ userId }) => userId },
  { name: "quantity", cell: ({ quantity }) => quantity },
  { name: "amount_minor", cell: ({ amount }) => amount },
  { name: "amount", cell: ({ amount, currency }) => decimalAmount(amount, currency) },
  { name: "currency", cell: ({ currency }) => currency },
  { name: "status", cell: ({ status }) => status },
  { name: "reason", cell: ({ reason }) => reason },
  { name: "pay_by", cell: ({ payBy }) => isoTime(payBy) },
  { name: "created_at", cell: ({ createdAt }) => isoTime(createdAt) },
  { name: "updated_at", cell: ({ updatedAt }) => isoTime(updatedAt) },
  { name: "request_id", cell: ({ requestId }) => requestId },
  { name: "message_id", cell: ({ messageId }) => messageId },
];

/** The names of the columns, in their order. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/** The line of headings. */
export const CSV_HEAD = csvLine(CSV_COLUMNS);

/** Orders as lines. */
export function csvLines(orders: ExportedOrder[]): string {
  return orders.map((order) => csvLine(COLUMNS.map(({ cell }) => cell(order)))).join("");
}

/** A line by RFC 4180: cells in quotes where they need it, ended by CR and LF. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front: a buyer chooses his
 * request ids, and the shop the ids of users. Numbers are written as they are.
 */
function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^ | $/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Digits behind the point by currency: asking for them costs more than a whole line. */
const digitsOf = new Map<string, number>();

/** Currencies that are remembered; there are about 180. */
const MAX_CURRENCIES = 500;

function decimalAmount(amount: number, currency: string): string {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    if (digitsOf.size >= MAX_CURRENCIES) digitsOf.clear();
    digits = minorDigits(currency);
    digitsOf.set(currency, digits);
  }
  if (digits === 0) return String(amount);
  const text = String(amount).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
