import { testPicture } from "../../media/testing/test_pictures.ts";
import {
  addManyFollowUps,
  addManyOrders,
  fillFollowUpShop,
  type FollowUpShop,
} from "./follow_up_shop.ts";
import { addManyOfInstallation, addOperators } from "./installation_shop.ts";
import { OfficeHouse } from "./office_house.ts";

/** What there is in a house: nothing, some of everything, or 10,000 of what is listed. */
export type StageName = "empty" | "full" | "many";

/** A house, and what there is to follow up in it. */
export interface Stage {
  house: OfficeHouse;
  /** Null in an empty house. */
  shop: FollowUpShop | null;
}

/** Rows of each list of the stage `many`. */
const MANY = 10_000;

const HOUR_MS = 3_600_000;

/** Opens a stage; whoever opens it closes its house. */
export async function openStage(name: StageName): Promise<Stage> {
  const house = await OfficeHouse.open();
  if (name === "empty") return { house, shop: null };
  const shop = await fillFollowUpShop(house.origin);
  await addOperators(house.origin);
  if (name === "full") await addSales(house);
  else await addMany(house, shop);
  return { house, shop };
}

/** A sale of every state beside the one that is open, and products with pictures. */
async function addSales({ origin }: OfficeHouse): Promise<void> {
  const productId = await addProduct(origin, "Hand-thrown tea pot, 0.8 l");
  const iso = (hours: number) => new Date(origin.now + hours * HOUR_MS).toISOString();
  const add = async (title: string, from: number, to: number, steps: string[], stock = 400) => {
    const made = await origin.admin("POST", "/sales", {
      title,
      startsAt: iso(from),
      endsAt: iso(to),
      items: [{ productId, stock, perUserLimit: 2 }],
    });
    const { saleId } = await made.json();
    for (const step of steps) await origin.admin("POST", `/sales/${saleId}/${step}`);
  };
  await add("Last week’s tea pots", -170, -168, ["publish"]);
  await add("Tea pots, closed early", -3, 3, ["publish", "close"]);
  await add("Lunch-time tea pots", -1, 2, ["publish", "pause"]);
  await add("Sold out within a second", -1, 1, ["publish"], 0);
  await add("Tomorrow morning", 22, 24, ["publish"]);
  await add("As many as you like", 46, 48, ["publish"], -1);
  await add("Saturday evening", 70, 72, []);
}

async function addProduct(
  origin: OfficeHouse["origin"],
  name: string,
): Promise<number> {
  const images: string[] = [];
  for (const [width, height] of [[640, 480], [480, 640]] as const) {
    const picture = await testPicture("png", width, height);
    const kept = await origin.app.request("/admin/api/media", {
      method: "POST",
      headers: {
        authorization: `Bearer ${origin.deps.secrets.adminToken}`,
        "content-type": "image/png",
      },
      body: picture,
    });
    images.push((await kept.json()).path);
  }
  const made = await origin.admin("POST", "/products", {
    name,
    subtitle: "Glazed inside, raw outside",
    description: "Each one is a little different.\n\nDishwasher safe.",
    images,
    price: 12_950,
    currency: "EUR",
  });
  return (await made.json()).productId;
}

/** Straight into the tables: what is looked at is how long lists are shown. */
async function addMany({ origin }: OfficeHouse, shop: FollowUpShop): Promise<void> {
  const numbers = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${MANY})`;
  await origin.db.execute(
    `${numbers} INSERT INTO product
       (name, subtitle, description, images, price, currency, created_at, updated_at)
     SELECT 'Product ' || n, 'Row ' || n || ' of many', '', '[]', n * 101, 'EUR', 0, 0 FROM n`,
  );
  const [columns] = await origin.db.query<{ names: string }>(
    "SELECT group_concat(name) AS names FROM pragma_table_info('sale') " +
      "WHERE name NOT IN ('id', 'title', 'status')",
  );
  await origin.db.execute(
    `${numbers} INSERT INTO sale (title, status, ${columns!.names})
     SELECT 'Session ' || n, 'draft', ${columns!.names} FROM n, sale WHERE sale.id = ?`,
    [shop.saleId],
  );
  await addManyOrders(origin, shop, MANY);
  await addManyFollowUps(origin, shop, MANY);
  await addManyOfInstallation(origin, shop.saleId, MANY);
}
