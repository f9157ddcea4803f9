import type { Log } from "../../../shared/log.ts";
import type { Database } from "../../database/database.ts";
import { batchOf, BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";
import { SqlWebhookBook } from "../sql_webhook_book.ts";
import { type TellingParts, tellShop } from "../tell_shop.ts";
import { shownUrl } from "../webhook_settings.ts";
import { ShopServer } from "./shop_server.ts";

/** The key that deliveries of these tests are signed with. */
export const KEY = "shop-webhook-key-0123456789";

/** A line that was logged. */
export interface Logged {
  level: "info" | "warning" | "error";
  text: string;
  values: Record<string, unknown>;
}

/** A shop that is told of the orders of a database. Nothing before its start is told. */
export class WebhookShop {
  readonly logged: Logged[] = [];
  readonly stopping = new AbortController();

  private constructor(readonly shop: BookShop, readonly server: ShopServer) {}

  /** Runs `work` with a webhook that knows everything that happened before, and closes it all. */
  static async with(open: OpenDatabase, work: (shop: WebhookShop) => Promise<void>): Promise<void> {
    await BookShop.with(open, async (shop) => {
      await using server = ShopServer.open();
      const { database } = shop;
      await database.execute("DELETE FROM webhook_cursor");
      await database.execute("DELETE FROM webhook_failure");
      const own = new WebhookShop(shop, server);
      await new SqlWebhookBook(database, () => shop.now).beat(shownUrl(own.parts().webhook));
      const [last] = await database.query<{ position: number | null }>(
        "SELECT MAX(position) AS position FROM order_event",
      );
      await database.execute("UPDATE webhook_cursor SET position = ?, event_index = ?", [
        last?.position ?? 0,
        1_000,
      ]);
      await work(own);
    });
  }

  /** What a worker tells the shop with; another database for another worker. */
  parts(changes: Partial<TellingParts> = {}, database: Database = this.shop.database) {
    const clock = () => this.shop.now;
    return {
      book: new SqlWebhookBook(database, clock),
      webhook: { url: this.server.url, keys: [KEY] },
      clock,
      log: this.#log(),
      random: () => 0,
      fetch,
      signal: this.stopping.signal,
      deadlineMs: 5_000,
      ...changes,
    };
  }

  /** One round of a worker. */
  tell(changes: Partial<TellingParts> = {}): Promise<number> {
    return tellShop(this.parts(changes));
  }

  /** Orders of so many users. */
  async order(users: string[]): Promise<string> {
    const item = await this.shop.item(1_000);
    await this.shop.write(batchOf(item, users));
    return item;
  }

  status() {
    return this.parts().book.status();
  }

  #log(): Log {
    const take = (level: Logged["level"]) => (text: string, values: Record<string, unknown>) => {
      this.logged.push({ level, text, values });
    };
    return { info: take("info"), warning: take("warning"), error: take("error") } as unknown as Log;
  }
}
