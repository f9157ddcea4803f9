import { until } from "../../queue/queue_contract.ts";
import type { RehearsalParts } from "../rehearsal_stage.ts";
import type { RehearsalShop } from "./rehearsal_shop.ts";

/** The inventory once workers and queue have come to rest. */
export async function settled(shop: RehearsalShop): Promise<Record<string, unknown>> {
  let last = "";
  let inventory: Record<string, unknown> = {};
  await until("everything has come to rest", async () => {
    inventory = await shop.inventory();
    const text = JSON.stringify(inventory);
    const isStill = text === last && (await shop.system.parts.queue.depth()).ready === 0;
    last = text;
    return isStill;
  });
  return inventory;
}

/** The book of rehearsals, and `look` once when a step begins. */
export function spying(
  shop: RehearsalShop,
  step: string,
  look: (copySaleId: number) => Promise<void>,
): RehearsalParts["rehearsals"] {
  let looked = false;
  return new Proxy(shop.book, {
    get(book, method) {
      const value = Reflect.get(book, method);
      if (method !== "keepAlive") return typeof value === "function" ? value.bind(book) : value;
      return async (...args: Parameters<typeof book.keepAlive>) => {
        const [rehearsalId, report] = args;
        if (report.step === step && !looked) {
          looked = true;
          await look((await book.get(rehearsalId))!.copySaleId!);
        }
        return await book.keepAlive(...args);
      };
    },
  });
}
