import { assert, assertEquals } from "@std/assert";
import { SHARED_KEYS, startSecondEdge } from "./second_edge.ts";
import { call, type TestSale, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** What an operator changes, one after the other. */
const CHANGES = 36;

/** Readers of each page on each edge, all the time. */
const READERS = 2;

/** What a page said of itself. */
interface Told {
  /** The number that the operator wrote into everything. */
  mark: string;
  state: string;
  price: string;
}

/** One page on one edge: every answer it gave. */
interface Watched {
  url: string;
  answers: number;
  notModified: number;
  /** What each reader was told, in order: answers of two readers may overtake each other. */
  orders: string[][];
  /** The text behind each ETag. */
  texts: Map<string, string>;
}

/** Reads a page of which every part carries the same number; throws when it is torn. */
function read(text: string): Told {
  const marks = new Set([...text.matchAll(/mark-(\d+)-/g)].map((match) => match[1]!));
  const states = new Set(
    [...text.matchAll(/data-part="badge" data-state="(\w+)"/g)].map((m) => m[1]!),
  );
  const prices = new Set([...text.matchAll(/€[\d,.]+/g)].map((match) => match[0]));
  assertEquals([marks.size, states.size, prices.size], [1, 1, 1], `torn: ${[...marks, ...states]}`);
  return { mark: [...marks][0]!, state: [...states][0]!, price: [...prices][0]! };
}

/** Reads a page over and over, in each form and with the ETag that the last answer had. */
async function watch(page: Watched, until: () => boolean): Promise<void> {
  const known: Record<string, string> = {};
  const order: string[] = [];
  page.orders.push(order);
  for (let round = 0; !until(); round++) {
    const encoding = ["identity", "br", "gzip"][round % 3]!;
    const asked = round % 2 === 0 ? undefined : known[encoding];
    const response = await fetch(page.url, {
      headers: {
        "accept-encoding": encoding,
        ...(asked === undefined ? {} : { "if-none-match": asked }),
      },
    });
    const text = await response.text();
    const etag = response.headers.get("etag") ?? "";
    page.answers += 1;
    if (response.status === 304) {
      assertEquals(etag.replace(/-(br|gzip)"$/, '"'), asked?.replace(/-(br|gzip)"$/, '"'));
      page.notModified += 1;
      continue;
    }
    assertEquals(response.status, 200);
    known[encoding] = etag;
    assertEquals(page.texts.get(etag) ?? text, text, "one ETag, two texts");
    page.texts.set(etag, text);
    const { mark, state, price } = read(text);
    assertEquals(price, "€25.00", "the price with which the sale was made");
    const told = `${mark} ${state}`;
    if (order.at(-1) !== told) order.push(told);
    // So that the edges also have time for the operator's changes.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("pages are swapped whole on every edge, and never say what the sale is not", async () => {
  const system = await startSystem("embedded", { ...SHARED_KEYS });
  try {
    await using second = await startSecondEdge(system);
    const shop = new TestShop(system);
    const sale = await shop.openSale(5);
    await rename(shop, sale, 0);
    const edges = [system.edgeUrl, second.url];
    const paths = [`/sales/${sale.saleId}`, `/sales/${sale.saleId}/products/${sale.productId}`];
    const pages = edges.flatMap((edge) =>
      paths.map((path): Watched => ({
        url: edge + path,
        answers: 0,
        notModified: 0,
        orders: [],
        texts: new Map(),
      }))
    );
    for (const { url } of pages) await waitUntil(url, "0 open");
    let over = false;
    const readers = pages.flatMap((page) =>
      Array.from({ length: READERS }, () => watch(page, () => over))
    );
    const { history, times } = await operate(shop, sale, pages).finally(() => over = true);
    await Promise.all(readers);
    for (const { orders, url } of pages) {
      for (const order of orders) assertInOrder(order, history, url);
    }
    const answers = pages.reduce((sum, page) => sum + page.answers, 0);
    const notModified = pages.reduce((sum, page) => sum + page.notModified, 0);
    console.log(
      `    ${answers} answers of ${pages.length} pages on 2 edges while ${CHANGES} things were ` +
        `changed (${notModified} of them 304): 0 torn, 0 with another price; in force on both ` +
        `after ${Math.round(Math.max(...times))} ms at most, ` +
        `${Math.round(times.reduce((sum, ms) => sum + ms, 0) / times.length)} ms on average`,
    );
    assert(answers > 200);
  } finally {
    await system.stop();
  }
});

/** Writes a number into everything that a page shows of its product, and another price. */
async function rename(shop: TestShop, { productId }: TestSale, mark: number): Promise<void> {
  const { status } = await shop.admin("PATCH", `/products/${productId}`, {
    name: `Kettle mark-${mark}-`,
    subtitle: `Subtitle mark-${mark}-`,
    description: `Text mark-${mark}-`,
    price: 2_500 + mark * 100,
  });
  assertEquals(status, 200);
}

/** Changes the product and the sale in turn; what was ever so, and how long each change took. */
async function operate(
  shop: TestShop,
  sale: TestSale,
  pages: Watched[],
): Promise<{ history: string[]; times: number[] }> {
  const history = ["0 open"];
  const times: number[] = [];
  let [mark, state] = [0, "open"];
  for (let change = 0; change < CHANGES; change++) {
    const begun = performance.now();
    if (change % 3 === 0) {
      mark += 1;
      await rename(shop, sale, mark);
    } else if (change % 3 === 1) {
      state = state === "open" ? "paused" : "open";
      const verb = state === "open" ? "resume" : "pause";
      assertEquals((await shop.admin("POST", `/sales/${sale.saleId}/${verb}`)).status, 200);
    } else {
      const path = `/sales/${sale.saleId}/items/${sale.productId}/stock`;
      assertEquals((await shop.admin("POST", path, { delta: 1 })).status, 200);
    }
    const now = `${mark} ${state}`;
    if (history.at(-1) !== now) history.push(now);
    // Half of the changes follow one another at once: then only what was before and after counts.
    if (change % 2 === 0) continue;
    for (const { url } of pages) await waitUntil(url, now);
    times.push(performance.now() - begun);
  }
  return { history, times };
}

async function waitUntil(url: string, told: string): Promise<void> {
  await waitFor(`${url} to say ${told}`, async () => {
    const { status, body } = await call("GET", url);
    if (status !== 200 || !/mark-/.test(String(body))) return null;
    const { mark, state } = read(String(body));
    return `${mark} ${state}` === told ? true : null;
  });
}

/** Everything that was told was so once, and nobody went back. */
function assertInOrder(told: string[], history: string[], url: string): void {
  let at = 0;
  for (const one of told) {
    const found = history.indexOf(one, at);
    assert(found >= 0, `${url} said “${one}” after “${history[at]}”: ${history.join(", ")}`);
    at = found;
  }
}
