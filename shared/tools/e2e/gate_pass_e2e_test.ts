import { assert, assertEquals } from "@std/assert";
import { randomId } from "../../../edge/captcha/challenge.ts";
import { PassSigner } from "../../../edge/captcha/pass_signer.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "./own_database.ts";
import { SHARED_KEYS, startSecondEdge } from "./second_edge.ts";
import { type Answer, call, type TestSale, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** A shop with two edges, and passes as its edges give them. */
class GatedShop extends TestShop {
  readonly #signer = new PassSigner(SHARED_KEYS.SESSION_KEY);

  constructor(system: ConstructorParameters<typeof TestShop>[0], readonly edgeUrls: string[]) {
    super(system);
  }

  /** A pass as the edges sign them; with a negative life one that is over. */
  pass(userId: string, { saleId }: TestSale, lifeMs = 60_000): string {
    const expiresAt = Date.now() + lifeMs;
    return this.#signer.sign({ passId: randomId(), expiresAt }, userId, saleId);
  }

  /** A published sale of some products that both edges know. */
  async openItems(items: number, sale: Record<string, unknown>): Promise<TestSale[]> {
    const productIds: number[] = [];
    for (let n = 0; n < items; n += 1) {
      const product = { name: `Kettle ${n}`, images: [], price: 2500, currency: "EUR" };
      const { body } = await this.admin("POST", "/products", product);
      productIds.push(body.productId);
    }
    const { saleId } = await this.openSale(1, {
      sale: {
        items: productIds.map((productId) => ({ productId, stock: 2_000, perUserLimit: 1 })),
        ...sale,
      },
    });
    await this.untilAllEdges(`/api/sales/${saleId}`, ({ status }) => status === 200);
    return productIds.map((productId) => ({ saleId, productId }));
  }

  async untilAllEdges(path: string, isSo: (answer: Answer) => boolean): Promise<void> {
    for (const url of this.edgeUrls) {
      await waitFor(path, async () => isSo(await call("GET", url + path)) ? true : null);
    }
  }

  /** A buy as `status code`, at the edge of this number. */
  async tryToBuy(
    { saleId, productId }: TestSale,
    token: string,
    { key, pass, edge = 0 }: { key?: string; pass?: string; edge?: number } = {},
  ): Promise<string> {
    const { status, body } = await call("POST", `${this.edgeUrls[edge]}/api/sales/${saleId}/buy`, {
      token,
      body: { productId },
      headers: {
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(pass === undefined ? {} : { "x-captcha-pass": pass }),
      },
    });
    return `${status} ${body.code ?? body.outcome}`;
  }
}

/** Limits that nobody reaches. */
const FREE = { ratePerSecond: 1e9, burst: 1e9, userPerMinute: 1e9, ipPerMinute: 1e9 };

function onBothProfiles(name: string, walk: (shop: GatedShop) => Promise<void>): void {
  const run = async (profile: "embedded" | "services", env: Record<string, string>) => {
    const system = await startSystem(profile, { ...SHARED_KEYS, ...env });
    try {
      await using second = await startSecondEdge(system);
      await walk(new GatedShop(system, [system.edgeUrl, second.url]));
    } finally {
      assertEquals(await system.stop(), 0, system.output());
    }
  };
  Deno.test(`embedded: ${name}`, () => run("embedded", {}));
  Deno.test(`services: ${name}`, () =>
    withDatabase(serviceFor("MYSQL_URL"), (mysqlUrl) =>
      run("services", {
        REDIS_URL: serviceFor("REDIS_URL"),
        AMQP_URL: serviceFor("AMQP_URL"),
        MYSQL_URL: mysqlUrl,
        NAMESPACE: uniqueName("e2e"),
      })));
}

/** How often each answer came. */
function counted(answers: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

onBothProfiles(
  "a pass replayed 1,000 times at once through two edges is taken once",
  async (shop) => {
    const items = await shop.openItems(1_000 / 100, { captcha: "always", limits: FREE });
    const [first] = items;
    const ann = await shop.signIn("ann");
    const pass = shop.pass("ann", first!);
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => {
      const item = items[n % items.length]!;
      return shop.tryToBuy(item, ann, { key: `key-${n}`, pass, edge: n % 2 });
    }));
    const counts = counted(answers);
    console.log("  one pass, 1,000 tries, ten products, two edges:", counts);
    assertEquals(counts["201 reserved"], 1);
    const { "201 reserved": taken = 0, "428 captcha_required": asked = 0 } = counts;
    const { "409 already_bought": known = 0 } = counts;
    assertEquals(taken + asked + known, 1_000, "the other tries hear the slider or what they have");

    const { body: proof } = await shop.proofAtRest(first!.saleId);
    assertEquals([proof.ok, proof.unpaid], [true, 1]);
  },
);

onBothProfiles("a pass is of no use to others, elsewhere, twice, or too late", async (shop) => {
  const [item, other] = await shop.openItems(2, { captcha: "always", limits: FREE });
  const [elsewhere] = await shop.openItems(1, { captcha: "always", limits: FREE });
  const ann = await shop.signIn("ann");
  const bob = await shop.signIn("bob");
  const pass = shop.pass("ann", item!);
  const asked = "428 captcha_required";
  assertEquals(await shop.tryToBuy(item!, bob, { pass }), asked, "another user");
  assertEquals(await shop.tryToBuy(elsewhere!, ann, { pass }), asked, "another sale");
  assertEquals(await shop.tryToBuy(item!, ann), asked, "no pass");
  const bad = [
    "",
    "x",
    `${pass}x`,
    pass.slice(0, -1),
    pass.toUpperCase(),
    "a".repeat(4_000),
    ann,
    shop.pass("ann", item!, -1),
  ];
  for (const text of bad) {
    assertEquals(await shop.tryToBuy(item!, ann, { pass: text }), asked, text);
  }

  assertEquals(await shop.tryToBuy(item!, ann, { key: "k1", pass }), "201 reserved");
  assertEquals(await shop.tryToBuy(other!, ann, { key: "k2", pass, edge: 1 }), asked, "spent");
  assertEquals(await shop.tryToBuy(other!, ann, { key: "k1", pass }), asked, "spent, same key");
  const fresh = shop.pass("ann", item!);
  assertEquals(await shop.tryToBuy(other!, ann, { key: "k3", pass: fresh }), "201 reserved");

  const ticket = await waitFor("the order to be written", async () => {
    const { body: orders } = await call("GET", `${shop.edgeUrls[0]}/api/orders`, { token: ann });
    const isIt = (one: { productId: number }) => one.productId === item!.productId;
    return orders.items.find(isIt)?.ticket ?? null;
  });
  await call("POST", `${shop.edgeUrls[0]}/api/orders/${ticket}/cancel`, { token: ann });
  const again = await waitFor("the cancelled piece to be free", async () => {
    const answer = await shop.tryToBuy(item!, ann, { key: "k4", pass });
    return answer === "409 already_bought" ? null : answer;
  });
  assertEquals(again, asked, "spent, after a cancel");
});

onBothProfiles("a known buyer hears of his reservation and never of the slider", async (shop) => {
  const [item] = await shop.openItems(1, { captcha: "always", limits: FREE });
  const ann = await shop.signIn("ann");
  const pass = shop.pass("ann", item!);
  assertEquals(await shop.tryToBuy(item!, ann, { key: "k1", pass }), "201 reserved");
  for (const edge of [0, 1]) {
    const late = shop.pass("ann", item!, -1);
    assertEquals(await shop.tryToBuy(item!, ann, { key: "k1", pass, edge }), "200 reserved");
    assertEquals(await shop.tryToBuy(item!, ann, { key: "k1", edge }), "200 reserved");
    assertEquals(await shop.tryToBuy(item!, ann, { key: "k1", pass: late, edge }), "200 reserved");
    assertEquals(await shop.tryToBuy(item!, ann, { key: "k2", edge }), "409 already_bought");
    assertEquals(await shop.tryToBuy(item!, ann, { edge }), "409 already_bought");
    assertEquals(await shop.tryToBuy(item!, ann, { key: "k3", pass, edge }), "409 already_bought");
  }
  const token = await shop.signIn("ben");
  const both = shop.pass("ben", item!);
  const answers = await Promise.all(
    Array.from(
      { length: 200 },
      (_, n) => shop.tryToBuy(item!, token, { key: "same", pass: both, edge: n % 2 }),
    ),
  );
  const counts = counted(answers);
  assertEquals(
    Object.keys(counts).sort(),
    ["200 reserved", "201 reserved"],
    JSON.stringify(counts),
  );
  assertEquals(counts["201 reserved"], 1);
});

onBothProfiles(
  "the policy of a sale says who is asked, and changes within a second",
  async (shop) => {
    const limits = { ...FREE, userPerMinute: 4 };
    const items = await shop.openItems(6, { captcha: "suspicious", limits });
    const [sale] = items;
    const ann = await shop.signIn("ann");
    const buy = (n: number, pass?: string) =>
      shop.tryToBuy(items[n]!, ann, { key: `k${n}`, ...(pass === undefined ? {} : { pass }) });
    assertEquals([await buy(0), await buy(1)], ["201 reserved", "201 reserved"], "within half");
    assertEquals(await buy(2), "428 captcha_required", "over half");
    assertEquals(await buy(2, shop.pass("ann", sale!)), "201 reserved");
    assertEquals(await buy(3, shop.pass("ann", sale!)), "429 rate_limited", "over the whole");

    const change = async (changes: Record<string, unknown>) => {
      const { status } = await shop.admin("PATCH", `/sales/${sale!.saleId}`, changes);
      assertEquals(status, 200);
    };
    const bob = await shop.signIn("bob");
    await change({ captcha: "always", limits: FREE });
    await waitFor(
      "the slider to be asked of everybody",
      async () =>
        await shop.tryToBuy(items[0]!, await shop.signIn(`x${Date.now()}`), { edge: 1 }) ===
            "428 captcha_required"
          ? true
          : null,
      1_500,
    );
    assertEquals(await shop.tryToBuy(items[4]!, bob, { edge: 1 }), "428 captcha_required");
    await change({ captcha: "off" });
    await waitFor(
      "the slider to be off",
      async () => await shop.tryToBuy(items[4]!, bob, { edge: 1 }) === "201 reserved" ? true : null,
      1_500,
    );
    assertEquals(
      await shop.tryToBuy(items[5]!, bob, { edge: 1, pass: "nonsense" }),
      "201 reserved",
    );
  },
);

Deno.test("500 honest buyers behind one address get their answers", async () => {
  const system = await startSystem("embedded", SHARED_KEYS);
  try {
    const shop = new GatedShop(system, [system.edgeUrl]);
    for (const captcha of ["suspicious", "off", "always"]) {
      // The limits that a sale has when nobody sets any.
      const limits = { ratePerSecond: 1_000, burst: 2_000, userPerMinute: 5, ipPerMinute: 600 };
      const [item] = await shop.openItems(1, { captcha, limits });
      const answers = await Promise.all(Array.from({ length: 500 }, async (_, n) => {
        const userId = `${captcha}-${n}`;
        const token = await shop.signIn(userId);
        const first = await shop.tryToBuy(item!, token, { key: "k" });
        if (first !== "428 captcha_required") return [first];
        const pass = shop.pass(userId, item!);
        return [first, await shop.tryToBuy(item!, token, { key: "k", pass })];
      }));
      const ends = counted(answers.map((heard) => heard.at(-1)!));
      const asked = answers.filter((heard) => heard.length > 1).length;
      console.log(
        `  500 behind one address, policy ${captcha}:`,
        ends,
        `asked for the slider ${asked}`,
      );
      assert((ends["201 reserved"] ?? 0) >= 495, JSON.stringify(ends));
      if (captcha === "suspicious") assert(asked < 250, "most buy without a slider");
    }
  } finally {
    assertEquals(await system.stop(), 0, system.output());
  }
});
