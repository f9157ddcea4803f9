import { assertEquals } from "@std/assert";
import { pictureSource } from "./pictures.ts";

const HASH = "0123456789abcdef0123456789abcdef";

Deno.test("pictureSource() offers the sizes of an uploaded picture, each width once", () => {
  assertEquals(pictureSource(`/media/${HASH}-1600x800.webp`, "100vw"), {
    src: `/media/${HASH}-1600x800-800.webp`,
    srcset: `/media/${HASH}-1600x800.webp 1600w, /media/${HASH}-1600x800-800.webp 800w, ` +
      `/media/${HASH}-1600x800-400.webp 400w`,
    sizes: "100vw",
  });
  const small = pictureSource(`/media/${HASH}-90x60.webp`, "100vw");
  assertEquals(small.srcset, `/media/${HASH}-90x60-400.webp 90w`);
});

Deno.test("pictureSource() leaves other paths as they are", () => {
  assertEquals(pictureSource("/pictures/kettle.jpg", "100vw"), { src: "/pictures/kettle.jpg" });
});
