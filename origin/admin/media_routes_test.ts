import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formsOfPath } from "../../shared/media.ts";
import { readPictureHead } from "../media/picture_size.ts";
import { pngHead, testPicture, turnedJpeg } from "../media/testing/test_pictures.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";

async function upload(origin: OriginFixture, bytes: Uint8Array<ArrayBuffer>, type = "image/png") {
  const response = await origin.app.request("/admin/api/media", {
    method: "POST",
    headers: { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}`, "content-type": type },
    body: bytes,
  });
  return { status: response.status, body: await response.json() };
}

Deno.test("POST /admin/api/media makes three sizes of every kind of picture, for back office and edges", async () => {
  await using origin = await OriginFixture.open();
  for (const format of ["jpeg", "png", "webp"] as const) {
    const { status, body } = await upload(
      origin,
      await testPicture(format, 2000, 1000),
      `image/${format}`,
    );
    assertEquals([status, body.width, body.height], [201, 1600, 800], format);
    for (const { name, width, height } of formsOfPath(body.path)!) {
      const picture = await origin.app.request(`/media/${name}`);
      assertEquals([picture.status, picture.headers.get("content-type")], [200, "image/webp"]);
      const bytes = new Uint8Array(await picture.arrayBuffer());
      assertEquals(readPictureHead(bytes), { format: "webp", width, height });
      const { body: kept } = await (await origin.internal(`/media/${name}`)).json();
      assertEquals(Uint8Array.fromBase64(kept), bytes);
    }
  }
});

Deno.test("POST /admin/api/media gives the same path for the same picture, and never enlarges one", async () => {
  await using origin = await OriginFixture.open();
  const bytes = await testPicture("png", 90, 60);
  const first = await upload(origin, bytes);
  assertMatch(first.body.path, /^\/media\/[0-9a-f]{32}-90x60\.webp$/);
  // What the sender calls it does not matter.
  assertEquals(await upload(origin, bytes, "text/html"), first);
});

Deno.test("POST /admin/api/media turns a picture the right way up", async () => {
  await using origin = await OriginFixture.open();
  const { body } = await upload(origin, turnedJpeg(await testPicture("jpeg", 320, 160)));
  assertEquals([body.width, body.height], [160, 320]);
});

Deno.test("POST /admin/api/media refuses what is no picture, is damaged or would unfold too far", async () => {
  await using origin = await OriginFixture.open();
  const text = (words: string) => new TextEncoder().encode(words);
  const jpeg = await testPicture("jpeg", 320, 160);
  const cases: [string, Uint8Array<ArrayBuffer>, string][] = [
    ["nothing", new Uint8Array(), "must be a JPEG"],
    ["a page", text("<html><script>alert(1)</script>"), "must be a JPEG"],
    ["a drawing", text('<svg xmlns="http://www.w3.org/2000/svg"/>'), "must be a JPEG"],
    ["a bomb", pngHead(60_000, 60_000), "at most 25000000 pixels"],
    ["no size", pngHead(0, 10), "at most 25000000 pixels"],
    ["a head alone", pngHead(100, 100), "damaged"],
    ["half a picture", jpeg.slice(0, 200), "damaged"],
  ];
  for (const [what, bytes, reason] of cases) {
    const { status, body } = await upload(origin, bytes);
    assertEquals([status, body.code], [400, "invalid"], what);
    assertStringIncludes(body.detail, reason, what);
  }
  const [row] = await origin.db.query<{ files: number }>(
    "SELECT COUNT(*) AS files FROM media_file",
  );
  assertEquals(row!.files, 0);
});

Deno.test("POST /admin/api/media takes 2 MB and not a byte more", async () => {
  await using origin = await OriginFixture.open();
  const { status, body } = await upload(origin, new Uint8Array(2 * 1024 * 1024 + 1));
  assertEquals([status, body.code], [413, "too_large"]);
  assert((await upload(origin, new Uint8Array(2 * 1024 * 1024))).body.code === "invalid");
});

Deno.test("GET /media answers 404 for names that nobody gave out", async () => {
  await using origin = await OriginFixture.open();
  for (const name of ["x", "..%2fsecrets.json", `${"0".repeat(32)}-1x1.webp`]) {
    assertEquals((await origin.app.request(`/media/${name}`)).status, 404);
  }
});

Deno.test("POST /admin/api/media takes the one file of a form too", async () => {
  await using origin = await OriginFixture.open();
  const bytes = await testPicture("png", 90, 60);
  const send = async (files: number) => {
    const form = new FormData();
    form.append("note", "a kettle");
    for (let at = 0; at < files; at++) form.append("file", new File([bytes], "kettle.png"));
    const { headers, body } = new Request("http://origin.test", { method: "POST", body: form });
    return await upload(
      origin,
      new Uint8Array(await new Response(body).arrayBuffer()),
      headers.get("content-type")!,
    );
  };
  assertEquals(await send(1), await upload(origin, bytes));
  assertEquals([(await send(0)).status, (await send(2)).status], [400, 400]);
});
