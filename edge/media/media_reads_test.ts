import { assertEquals } from "@std/assert";
import { OriginFailure } from "../origin_pool.ts";
import { MediaReads } from "./media_reads.ts";

const nameOf = (at: number) => `${String(at).padStart(32, "0")}-4x3.webp`;

function readsOf(answer: (path: string) => { status: number; text: string }) {
  const asked: string[] = [];
  const state = { nowMs: 0 };
  const reads = new MediaReads({
    pool: {
      async call({ path }) {
        asked.push(path);
        await Promise.resolve();
        const { status, text } = answer(path);
        if (status === 500) throw new OriginFailure(null, "away");
        return { status, text, retryAfter: null, origin: null as never };
      },
    },
    clock: () => state.nowMs,
  });
  return { reads, asked, state };
}

const PICTURE = JSON.stringify({ contentType: "image/webp", body: btoa("picture") });

Deno.test("MediaReads asks once for a crowd and then never again", async () => {
  const { reads, asked, state } = readsOf(() => ({ status: 200, text: PICTURE }));
  const found = await Promise.all(Array.from({ length: 1_000 }, () => reads.find(nameOf(1))));
  assertEquals(found.every(({ kind }) => kind === "found"), true);
  state.nowMs = 1e9;
  const read = await reads.find(nameOf(1));
  assertEquals(read.kind === "found" && new TextDecoder().decode(read.picture.bytes), "picture");
  assertEquals(asked, [`/internal/media/${nameOf(1)}`]);
});

Deno.test("MediaReads asks about at most 20 made-up names a second and still shows pictures", async () => {
  const { reads, asked, state } = readsOf((path) =>
    path.endsWith(nameOf(1)) ? { status: 200, text: PICTURE } : { status: 404, text: "" }
  );
  await reads.find(nameOf(1));
  for (let at = 2; at < 1_000; at++) await reads.find(nameOf(at));
  assertEquals(asked.length, 21);
  assertEquals((await reads.find(nameOf(2_000))).kind, "busy");
  assertEquals((await reads.find(nameOf(1))).kind, "found");
  state.nowMs = 1_000;
  assertEquals((await reads.find(nameOf(2_000))).kind, "unknown");
});

Deno.test("MediaReads asks nobody about what can be no name, and says when origins are away", async () => {
  const { reads, asked } = readsOf(() => ({ status: 500, text: "" }));
  for (const name of ["", "x.webp", "../../secrets", `${nameOf(1)}?x`]) {
    assertEquals(await reads.find(name), { kind: "unknown" });
  }
  assertEquals(asked, []);
  assertEquals(await reads.find(nameOf(1)), { kind: "unavailable" });
});

Deno.test("MediaReads asks for pictures of products on sale however many made-up names come", async () => {
  const { reads } = readsOf((path) =>
    path.endsWith(nameOf(1)) ? { status: 200, text: PICTURE } : { status: 404, text: "" }
  );
  const product = { productId: 1, name: "", subtitle: "", description: "" };
  const onSale = [{ items: [{ product: { ...product, images: [`/media/${nameOf(1)}`] } }] }];
  reads.update(onSale as Parameters<MediaReads["update"]>[0]);
  for (let at = 2; at < 100; at++) await reads.find(nameOf(at));
  assertEquals((await reads.find(nameOf(200))).kind, "busy");
  assertEquals((await reads.find(nameOf(1))).kind, "found");
});
