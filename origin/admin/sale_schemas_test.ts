import { assertEquals } from "@std/assert";
import { newSaleSchema, readIsoTime, saleChangesSchema } from "./sale_schemas.ts";

const good = {
  title: "Spring",
  startsAt: "2027-01-01T10:00:00+08:00",
  endsAt: "2027-01-01T12:00:00.500+08:00",
  items: [{ productId: 1, stock: 100 }],
};

function faults(changes: Record<string, unknown>): string[] {
  const result = newSaleSchema.safeParse({ ...good, ...changes });
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
}

function item(changes: Record<string, unknown>): Record<string, unknown> {
  return { items: [{ ...good.items[0], ...changes }] };
}

Deno.test("newSaleSchema reads times and fills in what may be left out", () => {
  assertEquals(newSaleSchema.parse({ ...good, other: 1 }), {
    title: "Spring",
    startsAt: Date.UTC(2027, 0, 1, 2),
    endsAt: Date.UTC(2027, 0, 1, 4, 0, 0, 500),
    items: [{ productId: 1, stock: 100, perUserLimit: 1 }],
    limits: {},
    claims: [],
    captcha: "suspicious",
    minLevel: 0,
    paymentWindowS: 900,
    maxExpiredHolds: 3,
  });
});

Deno.test("newSaleSchema takes the values at every bound", () => {
  const most = 1_000_000_000;
  const limits = { ratePerSecond: 1, burst: most, userPerMinute: 1, ipPerMinute: most };
  for (
    const changes of [
      { title: "x".repeat(200) },
      { startsAt: "2000-01-01T00:00:00Z" },
      { endsAt: "2199-12-31T23:59Z" },
      { limits },
      { limits: {} },
      { minLevel: 1_000_000 },
      { paymentWindowS: 1 },
      { paymentWindowS: 86_400 },
      { maxExpiredHolds: 1 },
      { maxExpiredHolds: 1_000 },
      { captcha: "always" },
      { captcha: "off" },
      item({ stock: -1 }),
      item({ stock: 0 }),
      item({ stock: most }),
      item({ perUserLimit: most }),
      item({ price: 0 }),
      item({ price: 1_000_000_000_000 }),
      { items: Array.from({ length: 200 }, (_, at) => ({ productId: at + 1, stock: 1 })) },
    ]
  ) {
    assertEquals(faults(changes), [], JSON.stringify(changes).slice(0, 100));
  }
});

Deno.test("newSaleSchema names the field that is out of bounds", () => {
  const cases: [Record<string, unknown>, string][] = [
    ...[undefined, null, "", " ", 1, "x".repeat(201)]
      .map((title): [Record<string, unknown>, string] => [{ title }, "title"]),
    ...[undefined, null, "", 0, "2027-01-01", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
      .map((startsAt): [Record<string, unknown>, string] => [{ startsAt }, "startsAt"]),
    [{ endsAt: good.startsAt }, "endsAt"],
    [{ endsAt: "2026-01-01T00:00:00Z" }, "endsAt"],
    ...[undefined, null, [], {}, "x"]
      .map((items): [Record<string, unknown>, string] => [{ items }, "items"]),
    [{ items: [good.items[0], good.items[0]] }, "items"],
    [
      { items: Array.from({ length: 201 }, (_, at) => ({ productId: at + 1, stock: 1 })) },
      "items",
    ],
    ...[undefined, null, 0, -1, 1.5, "1", 1e15]
      .map((productId): [Record<string, unknown>, string] => [
        item({ productId }),
        "items.0.productId",
      ]),
    ...[undefined, null, -2, 1.5, "1", 1_000_000_001]
      .map((stock): [Record<string, unknown>, string] => [item({ stock }), "items.0.stock"]),
    ...[null, -1, 0.5, 1_000_000_000_001]
      .map((price): [Record<string, unknown>, string] => [item({ price }), "items.0.price"]),
    ...[null, 0, -1, 1.5, 1_000_000_001]
      .map((perUserLimit): [Record<string, unknown>, string] => [
        item({ perUserLimit }),
        "items.0.perUserLimit",
      ]),
    [item({ price: 1_000_000_000_000, perUserLimit: 9_008 }), "items.0"],
    ...["ratePerSecond", "burst", "userPerMinute", "ipPerMinute"].flatMap((name) =>
      [0, -1, 1.5, "1", null, 1_000_000_001].map((value): [Record<string, unknown>, string] => [
        { limits: { [name]: value } },
        `limits.${name}`,
      ])
    ),
    ...[null, "", "never", 1]
      .map((captcha): [Record<string, unknown>, string] => [{ captcha }, "captcha"]),
    ...[null, -1, 1.5, 1_000_001]
      .map((minLevel): [Record<string, unknown>, string] => [{ minLevel }, "minLevel"]),
    ...[null, 0, -1, 1.5, 86_401]
      .map((value): [Record<string, unknown>, string] => [
        { paymentWindowS: value },
        "paymentWindowS",
      ]),
    ...[null, 0, -1, 1.5, "3", 1_001]
      .map((value): [Record<string, unknown>, string] => [
        { maxExpiredHolds: value },
        "maxExpiredHolds",
      ]),
  ];
  for (const [changes, path] of cases) {
    assertEquals(faults(changes), [path], JSON.stringify(changes).slice(0, 100));
  }
});

Deno.test("saleChangesSchema fills in nothing and still sees a window turned round", () => {
  assertEquals(saleChangesSchema.parse({}), {});
  assertEquals(saleChangesSchema.parse({ limits: { burst: 5 } }), { limits: { burst: 5 } });
  assertEquals(saleChangesSchema.safeParse({ startsAt: good.startsAt }).success, true);
  const turned = { startsAt: good.endsAt, endsAt: good.startsAt };
  assertEquals(saleChangesSchema.safeParse(turned).success, false);
});

Deno.test("readIsoTime() reads ISO 8601 with a zone and nothing else", () => {
  assertEquals(readIsoTime("2027-02-28T23:59:59.999Z"), Date.UTC(2027, 1, 28, 23, 59, 59, 999));
  assertEquals(readIsoTime("2028-02-29T00:00-05:30"), Date.UTC(2028, 1, 29, 5, 30));
  assertEquals(readIsoTime("2027-01-01T00:00:00.123456789Z"), Date.UTC(2027, 0, 1, 0, 0, 0, 123));
  for (
    const text of [
      "",
      "2027-01-01",
      "2027-01-01T00:00:00",
      "2027-01-01 00:00:00Z",
      "2027-02-29T00:00:00Z",
      "2027-04-31T00:00:00Z",
      "2027-13-01T00:00:00Z",
      "2027-00-01T00:00:00Z",
      "2027-01-00T00:00:00Z",
      "2027-01-01T24:00:00Z",
      "2027-01-01T23:60:00Z",
      "2027-01-01T23:00:60Z",
      "2027-01-01T00:00:00+24:00",
      "2027-01-01T00:00:00Z\n",
      "+002027-01-01T00:00:00Z",
      "Fri, 01 Jan 2027 00:00:00 GMT",
      "1798761600000",
    ]
  ) {
    assertEquals(readIsoTime(text), null, JSON.stringify(text));
  }
});
