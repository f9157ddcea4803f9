import { assertEquals } from "@std/assert";
import {
  type BuyAnswer,
  EDGE_KEY_HEADER,
  type InternalAnswers,
  type InternalBuy,
} from "../../shared/internal_api.ts";
import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { createOriginApp } from "../app.ts";
import { BatchBuyDesk } from "../buy/buy_desk.ts";
import { CatalogRegistry } from "../buy/sale_registry.ts";
import { inPages, runningTerms } from "../ledger/ledger_contract_setup.ts";
import { makeRedisLedger, type RedisUnderTest } from "../ledger/redis_ledger_setup.ts";
import type { PublishingQueue } from "../queue/order_queue.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";

const STOCK = 600;
const TRIES = 1_000;
const PASS_ID = "abcdefghijklmnopqrstuv";

/** Enough for a busy machine; no test is about it. */
const BUDGET_MS = 20_000;

/** Confirms whatever it is given. */
const QUEUE: PublishingQueue = {
  isUp: () => true,
  publish: (messages) => Promise.resolve(messages.map(() => "confirmed")),
};

/** Publishes a sale of so many products; their items are open in the fixture's own ledger. */
async function publish(fixture: OriginFixture, products: number): Promise<ItemKey[]> {
  const items: object[] = [];
  for (let at = 0; at < products; at += 1) {
    const product = { name: `Lamp ${at}`, price: 100, currency: "EUR" };
    const { productId } = await (await fixture.admin("POST", "/products", product)).json();
    items.push({ productId, stock: STOCK });
  }
  const { saleId, items: made } = await (await fixture.admin("POST", "/sales", {
    title: "Lamps",
    startsAt: new Date(fixture.now - 60_000).toISOString(),
    endsAt: new Date(fixture.now + 3_600_000).toISOString(),
    captcha: "always",
    items,
  })).json();
  await fixture.admin("POST", `/sales/${saleId}/publish`);
  return made.map(({ productId }: { productId: number }) => itemKey(saleId, productId));
}

/** Another origin on the same Redis: its own connections, registry, desk and app. */
async function originOn({ deps }: OriginFixture, { ledger }: RedisUnderTest) {
  const registry = new CatalogRegistry(deps.catalog, deps.clock);
  await registry.refresh();
  const desk = new BatchBuyDesk({ ...deps, ledger, queue: QUEUE, registry });
  return { app: createOriginApp({ ...deps, ledger, registry, desk }), registry };
}

for (const products of [1, 3]) {
  const what = products === 1 ? "one product" : `${products} products`;
  Deno.test(`A pass replayed ${TRIES} times at two origins buys once, of ${what}`, async () => {
    await using fixture = await OriginFixture.open();
    const url = serviceFor("REDIS_URL");
    const first = await makeRedisLedger(url);
    const second = await makeRedisLedger(url, { namespace: first.namespace });
    try {
      const items = await publish(fixture, products);
      const origins = [await originOn(fixture, first), await originOn(fixture, second)];
      const lives = origins[0]!.registry.openItems();
      const terms = await runningTerms(first);
      for (const life of lives) {
        await first.ledger.open({ ...life, remaining: STOCK, terms }, inPages([]));
      }
      const expiresAt = await first.now() + 120_000;
      const answers = await Promise.all(Array.from({ length: TRIES }, async (_, at) => {
        const { saleId, productId } = parseItemKey(items[at % products]!);
        const buy: InternalBuy = [saleId, productId, "ann", 1, `key-${at}`, 0, PASS_ID, expiresAt];
        const response = await origins[at % 2]!.app.request("/internal/buys", {
          method: "POST",
          headers: { [EDGE_KEY_HEADER]: FIXTURE_SECRETS.edgeKey },
          body: JSON.stringify({ v: 1, budgetMs: BUDGET_MS, buys: [buy] }),
        });
        const { answers: [answer] } = await response.json() as InternalAnswers;
        return answer!;
      }));
      const counts = countOf(answers);
      console.log(`${TRIES} replays, ${what}: ${JSON.stringify(counts)}`);
      const { reserved, already_bought = 0, captcha_required = 0, ...others } = counts;
      assertEquals([reserved, others], [1, {}]);
      assertEquals(already_bought + captcha_required, TRIES - 1);
      const left = await first.ledger.readStock(lives);
      assertEquals(left.reduce((sum, one) => sum! + one!, 0), STOCK * products - 1);
    } finally {
      await second.close();
      await first.close();
    }
  });
}

function countOf(answers: BuyAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
