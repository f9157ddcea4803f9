import { assert, assertEquals } from "@std/assert";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import { logOf } from "../../shared/log.ts";
import { SAMPLE_NOW_MS as NOW, sampleItem, sampleSale } from "../testing/sample_sale.ts";
import { Assets, readStaticFiles } from "./assets.ts";
import { PageStore } from "./page_store.tsx";
import type { TranslatedPage } from "./translated_page.ts";

const HOUR = 3_600_000;

const assets = new Assets(await readStaticFiles(new URL("../../static/", import.meta.url)));

/** A store, and how often its clock was asked: at least once for each page that was made. */
function storeOf() {
  const counts = { clock: 0 };
  const clock = () => {
    counts.clock += 1;
    return NOW;
  };
  return {
    pages: new PageStore({ assets, demo: false, clock, log: logOf("edge", "test") }),
    counts,
  };
}

function saleWith(items: number, saleId = 1): SnapshotSale {
  return sampleSale(saleId, {
    items: Array.from({ length: items }, (_, at) => sampleItem(at + 1)),
  });
}

/** True when a page was made and compressed before this request. */
async function isReady(page: TranslatedPage | null): Promise<boolean> {
  const headers = { "accept-encoding": "br" };
  const response = page!.respond(new Request("http://x/", { headers }));
  await response.body?.cancel();
  return response.headers.get("content-encoding") === "br";
}

Deno.test("PageStore.list() shows what runs though many sales come later", async () => {
  const { pages } = storeOf();
  const later = Array.from({ length: 70 }, (_, at) => {
    const startsAt = NOW + (70 - at) * HOUR;
    return sampleSale(1_000 + at, { startsAt, endsAt: startsAt + HOUR });
  });
  pages.update([...later, sampleSale(1)]);
  const html = await pages.list().respond(new Request("http://x/")).text();
  const shown = [...html.matchAll(/data-sale="(\d+)"/g)].map((match) => Number(match[1]));
  assertEquals([shown.length, shown[0], shown[1], shown.at(-1)], [60, 1, 1_069, 1_011]);
  pages.stop();
  await pages.idle();
});

Deno.test("PageStore makes pages ahead, and not those of every product of a great sale", async () => {
  const { pages } = storeOf();
  pages.update([saleWith(200)]);
  await pages.idle();
  assert(await isReady(pages.list()));
  assert(await isReady(pages.sale(1)));
  assert(await isReady(pages.product(1, 12)));
  assertEquals(await isReady(pages.product(1, 13)), false);
  await pages.idle();
  assert(await isReady(pages.product(1, 13)), "made and compressed after somebody asked");
});

Deno.test("PageStore.update() ends what was made ahead of the facts before", async () => {
  const { pages, counts } = storeOf();
  pages.update(Array.from({ length: 50 }, (_, at) => saleWith(12, at + 1)));
  pages.update([saleWith(1)]);
  await pages.idle();
  assert(await isReady(pages.product(1, 1)));
  assert(counts.clock < 40, `the clock was asked ${counts.clock} times`);
});

Deno.test("PageStore.stop() ends what is made ahead, and pages are still made on request", async () => {
  const { pages, counts } = storeOf();
  pages.update(Array.from({ length: 50 }, (_, at) => saleWith(12, at + 1)));
  pages.stop();
  await pages.idle();
  assert(counts.clock < 10, `the clock was asked ${counts.clock} times`);
  const response = pages.sale(50)!.respond(new Request("http://x/"));
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("PageStore keeps the page of a product until its sale changes", async () => {
  const { pages } = storeOf();
  pages.update([saleWith(2)]);
  const first = pages.product(1, 2);
  pages.update([saleWith(2)]);
  assert(pages.product(1, 2) === first);
  pages.update([{ ...saleWith(2), title: "Another" }]);
  assert(pages.product(1, 2) !== first);
  await pages.idle();
});
