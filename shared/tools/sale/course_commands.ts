import { CommandError, EXIT, readId, type SaleCommand, take } from "./sale_command.ts";
import { saleLines } from "./sale_text.ts";

/** Says how a sale is after a change of its course. */
function courseCommand(verb: "pause" | "resume" | "close", summary: string): SaleCommand {
  return {
    name: verb,
    usage: "SALE",
    summary,
    async run({ api, args, json, terminal }) {
      const id = String(readId(args[0], "SALE"));
      const sale = await take(await api.sales[":id"][verb].$post({ param: { id } }));
      terminal.print(json ? JSON.stringify(sale) : saleLines(sale).join("\n"));
      return EXIT.done;
    },
  };
}

const publish: SaleCommand = {
  name: "publish",
  usage: "SALE",
  summary: "Publish a sale, and say whether it could sell",
  details: ["Ends with 1 when something is not ready; publishing again only reports."],
  async run({ api, args, json, terminal }) {
    const id = String(readId(args[0], "SALE"));
    const report = await take(await api.sales[":id"].publish.$post({ param: { id } }));
    terminal.print(json ? JSON.stringify(report) : readinessLines(report).join("\n"));
    return report.ready ? EXIT.done : EXIT.refused;
  },
};

/** A readiness report as lines; a red line says what to do. */
export function readinessLines(
  report: {
    ready: boolean;
    checks: { name: string; ok: boolean; detail: string; advice: string | null }[];
  },
): string[] {
  return [
    ...report.checks.map(({ name, ok, detail, advice }) =>
      `${ok ? "ok      " : "NOT OK  "}${name}: ${detail}${!ok && advice ? `. ${advice}` : ""}`
    ),
    report.ready ? "Ready." : "Not ready.",
  ];
}

/** A change of stock by so many pieces, with the sign that the command stands for. */
function stockCommand(name: "top-up" | "take-back", sign: 1 | -1, summary: string): SaleCommand {
  return {
    name,
    usage: "SALE PRODUCT COUNT",
    summary,
    details: ["A sale that is sold out sells again as soon as it has pieces."],
    async run({ api, args, json, terminal }) {
      const id = String(readId(args[0], "SALE"));
      const productId = String(readId(args[1], "PRODUCT"));
      const delta = sign * readId(args[2], "COUNT");
      // A key, so that asking again after a broken connection cannot change the stock twice.
      const header = { "idempotency-key": crypto.randomUUID() };
      const route = api.sales[":id"].items[":productId"].stock;
      const request = { param: { id, productId }, header, json: { delta } };
      const changed = await take(
        await route.$post(request).catch((error: unknown) => {
          if (error instanceof CommandError) throw error;
          return route.$post(request);
        }),
      );
      const { stock, remaining, state } = changed;
      const rest = remaining === null ? "what is left cannot be read now" : `${remaining} left`;
      const later = state === "pending" ? " (the ledger will hear of it in a moment)" : "";
      terminal.print(
        json ? JSON.stringify(changed) : `${stock} put on sale, ${rest}${later}`,
      );
      return EXIT.done;
    },
  };
}

/** Everything that moves a sale along. */
export const COURSE_COMMANDS: SaleCommand[] = [
  publish,
  courseCommand("pause", "Stop selling for a while"),
  courseCommand("resume", "Sell on after a pause"),
  courseCommand("close", "End a sale for good"),
  stockCommand("top-up", 1, "Put more pieces on sale"),
  stockCommand("take-back", -1, "Take unsold pieces back"),
];
