import { assertEquals } from "@std/assert";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/open_database.ts";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import { publishedSales } from "./published_sales.ts";
import { SqlCatalog } from "./sql_catalog.ts";

const NOW = Date.UTC(2026, 5, 1);
const clock = () => NOW;

/** A database with one published sale; `between` runs behind each query that begins so. */
async function withSale(
  work: (parts: { database: Database; catalog: SqlCatalog }) => Promise<void>,
): Promise<void> {
  const database = await openSqlite(":memory:", clock);
  try {
    const catalog = new SqlCatalog(database, clock);
    const product = { name: "Kettle", subtitle: "", description: "", images: [] };
    await catalog.createProduct({ ...product, price: 100, currency: "EUR" });
    await catalog.createSale({
      title: "Sale",
      startsAt: NOW,
      endsAt: NOW + 1_000,
      items: [{ productId: 1, stock: 1, perUserLimit: 1 }],
      limits: DEFAULT_LIMITS,
      captcha: "off",
      minLevel: 0,
      claims: [],
      paymentWindowS: 900,
      maxExpiredHolds: 3,
    });
    await catalog.publishSale(1);
    await work({ database, catalog });
  } finally {
    await database.close();
  }
}

/** The same database, in which somebody does something behind each look at the sales. */
function interrupted(database: Database, afterSales: () => Promise<void>): Database {
  return new Proxy(database, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "query") return typeof value === "function" ? value.bind(target) : value;
      return async (text: string, values: []) => {
        const rows = await target.query(text, values);
        if (/FROM sale s WHERE/.test(text)) await afterSales();
        return rows;
      };
    },
  });
}

Deno.test("publishedSales() never mixes what was before a change with what was after", async () => {
  await withSale(async ({ database, catalog }) => {
    let changes = 0;
    const torn = interrupted(database, async () => {
      changes += 1;
      if (changes > 2) return;
      await catalog.pauseSale(1, changes === 1);
      await catalog.updateProduct(1, { name: `Kettle ${changes}` });
    });
    const { version, sales } = await publishedSales(torn, clock);
    assertEquals([sales[0]?.paused, sales[0]?.products[0]?.name], [false, "Kettle 2"]);
    assertEquals(version, await catalog.version());
    assertEquals(changes, 3, "it looked until nothing changed meanwhile");
  });
});

Deno.test("publishedSales() gives up waiting for rest, and tells the older version", async () => {
  await withSale(async ({ database, catalog }) => {
    let looks = 0;
    const restless = interrupted(database, async () => {
      looks += 1;
      await catalog.updateProduct(1, { name: `Kettle ${looks}` });
    });
    const { version, sales } = await publishedSales(restless, clock);
    assertEquals(sales.length, 1);
    assertEquals(version < await catalog.version(), true, "so the next look reads again");
    assertEquals(looks, 5);
  });
});
