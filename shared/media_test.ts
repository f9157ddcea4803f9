import { assertEquals } from "@std/assert";
import { fitInto, formsOfPath, isMediaName, mediaForms } from "./media.ts";

const HASH = "0123456789abcdef0123456789abcdef";

Deno.test("mediaForms() names the sizes of a picture, which its path says again", () => {
  const forms = mediaForms(HASH, { width: 1600, height: 1200 });
  assertEquals(forms, [
    { name: `${HASH}-1600x1200.webp`, width: 1600, height: 1200 },
    { name: `${HASH}-1600x1200-800.webp`, width: 800, height: 600 },
    { name: `${HASH}-1600x1200-400.webp`, width: 400, height: 300 },
  ]);
  assertEquals(formsOfPath(`/media/${forms[0]!.name}`), forms);
  assertEquals(forms.map(({ name }) => isMediaName(name)), [true, true, true]);
});

Deno.test("formsOfPath() knows no forms of other paths", () => {
  const others = ["/a.png", `/media/${HASH}-1600x1200-800.webp`, "/media/", "/media/../x.webp"];
  assertEquals(others.map(formsOfPath), [null, null, null, null]);
});

Deno.test("fitInto() keeps the shape, makes nothing larger and nothing vanish", () => {
  assertEquals(fitInto({ width: 4000, height: 3000 }, 1600), { width: 1600, height: 1200 });
  assertEquals(fitInto({ width: 300, height: 200 }, 1600), { width: 300, height: 200 });
  assertEquals(fitInto({ width: 5000, height: 1 }, 400), { width: 400, height: 1 });
});
