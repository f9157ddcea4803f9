import { amountText } from "../../../origin/backoffice/kit/money.ts";

/** Rows as aligned columns; figures stand at the right. */
export function textTable(headings: string[], rows: (string | number)[][]): string[] {
  const texts = [headings, ...rows.map((row) => row.map(cellText))];
  const widths = headings.map((_, column) =>
    Math.max(...texts.map((row) => [...(row[column] ?? "")].length))
  );
  const isNumeric = headings.map((_, column) =>
    rows.length > 0 && rows.every((row) => typeof row[column] === "number")
  );
  return texts.map((row) =>
    row.map((text, column) => {
      const width = widths[column]!;
      return isNumeric[column] ? text.padStart(width) : text.padEnd(width);
    }).join("  ").trimEnd()
  );
}

function cellText(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en-US") : cell;
}

/** Minor units as people write them, as `12.50 EUR`. */
export function moneyText(amount: number, currency: string): string {
  return `${amountText(amount, currency)} ${currency}`;
}

/** A stock as people read it. */
export function stockText(stock: number): string | number {
  return stock === -1 ? "unlimited" : stock;
}
