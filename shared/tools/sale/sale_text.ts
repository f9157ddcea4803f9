import type { SaleView } from "../../../origin/admin/admin_views.ts";
import { moneyText, stockText, textTable } from "./text_table.ts";

/** A sale as a person reads it in a terminal. */
export function saleLines(sale: SaleView): string[] {
  const { limits } = sale;
  return [
    `Sale ${sale.saleId}: ${sale.title}`,
    `  ${stateText(sale)}, from ${sale.startsAt} to ${sale.endsAt}`,
    `  limits: ${limits.ratePerSecond}/s (burst ${limits.burst}), ` +
    `${limits.userPerMinute} tries a minute per user, ${limits.ipPerMinute} per address; ` +
    `captcha ${sale.captcha}`,
    ...itemLines(sale).map((line) => `  ${line}`),
  ];
}

/** Draft or published, and what buyers see of it. */
export function stateText({ status, state }: Pick<SaleView, "status" | "state">): string {
  return status === "published" ? state.replace("_", " ") : status;
}

function itemLines(sale: SaleView): string[] {
  return textTable(
    ["product", "price", "stock", "sold", "per user"],
    sale.items.map(({ productId, price, currency, stock, sold, perUserLimit }) => [
      productId,
      moneyText(price, currency),
      stockText(stock),
      sold,
      perUserLimit,
    ]),
  );
}
