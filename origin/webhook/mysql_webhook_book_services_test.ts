import { assertEquals } from "@std/assert";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { users } from "../orders/testing/book_shop.ts";
import { tellShop } from "./tell_shop.ts";
import { webhookContract } from "./testing/webhook_contract.ts";
import { WebhookShop } from "./testing/webhook_shop.ts";

const scratch = scratchForThisFile();
const open = (clock: () => number) => openMysql(scratch.url(), clock);

webhookContract("MySQL", open);

Deno.test("MySQL: of several workers one tells the shop, everything once and in order", () =>
  WebhookShop.with(open, async (shop) => {
    const others = await Promise.all([1, 2, 3].map(() => open(() => shop.shop.now)));
    try {
      const databases = [shop.shop.database, ...others];
      let rounds = 0;
      for (let batch = 0; batch < 5; batch += 1) {
        await shop.order(users(150, `b${batch}`));
        const sent = await Promise.all(
          databases.map((database) => tellShop(shop.parts({}, database))),
        );
        rounds += sent.reduce((sum, count) => sum + count, 0);
        while (await shop.tell() > 0) rounds += 1;
      }
      assertEquals(
        shop.server.users,
        Array.from({ length: 5 }, (_, batch) => users(150, `b${batch}`)).flat(),
      );
      assertEquals(rounds > 0, true);
      const ids = shop.server.received.map(({ deliveryId }) => deliveryId);
      assertEquals(new Set(ids).size, ids.length);
    } finally {
      for (const database of others) await database.close();
    }
  }));
