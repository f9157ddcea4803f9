import { assertEquals } from "@std/assert";
import { BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";
import type { MediaFile } from "../media_book.ts";
import { SqlMediaBook } from "../sql_media_book.ts";

function someFiles(count: number): MediaFile[] {
  const hash = crypto.randomUUID().replaceAll("-", "");
  return Array.from({ length: count }, (_, at) => ({
    name: `${hash}-${at + 1}x1.webp`,
    contentType: "image/webp",
    width: at + 1,
    height: 1,
    body: btoa(`picture ${at}`),
  }));
}

/** What every media book keeps to. The tests may share a database. */
export function mediaBookContract(name: string, open: OpenDatabase): void {
  const withBook = (work: (book: SqlMediaBook, shop: BookShop) => Promise<void>) =>
    BookShop.with(open, (shop) => work(new SqlMediaBook(shop.database, () => shop.now), shop));

  Deno.test(`${name}: put() keeps pictures, which get() gives back as they were`, () =>
    withBook(async (book) => {
      const files = someFiles(3);
      assertEquals(await book.put(files), "kept");
      assertEquals(await Promise.all(files.map((file) => book.get(file.name))), files);
      assertEquals(await book.get("nothing.webp"), null);
    }));

  Deno.test(`${name}: put() of what is known changes nothing, also by two at once`, () =>
    withBook(async (book) => {
      const files = someFiles(2);
      assertEquals(await Promise.all([book.put(files), book.put(files)]), ["kept", "kept"]);
      assertEquals(await book.put([{ ...files[0]!, body: btoa("other") }]), "kept");
      assertEquals((await book.get(files[0]!.name))?.body, files[0]!.body);
      const names = files.map((file) => file.name);
      assertEquals((await book.known([...names, "nothing.webp"])).sort(), [...names].sort());
    }));

  Deno.test(`${name}: put() keeps none of what would pass the bound`, () =>
    withBook(async (_, shop) => {
      const full = new SqlMediaBook(shop.database, () => shop.now, 0);
      const files = someFiles(1);
      assertEquals(await full.put(files), "full");
      assertEquals(await full.get(files[0]!.name), null);
    }));

  Deno.test(`${name}: put() takes a picture of the largest size`, () =>
    withBook(async (book) => {
      const [file] = someFiles(1);
      const body = "QUJD".repeat(700_000);
      await book.put([{ ...file!, body }]);
      assertEquals((await book.get(file!.name))?.body.length, body.length);
    }));
}
