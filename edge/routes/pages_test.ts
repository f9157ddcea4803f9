import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type EdgeKit, startEdge } from "../testing/edge_kit.ts";
import { sampleItem, sampleSale } from "../testing/sample_sale.ts";

async function get(kit: EdgeKit, path: string, headers: Record<string, string> = {}) {
  return await kit.edge.app.request(path, { headers });
}

Deno.test("Pages come with a strict policy and the usual headers", async () => {
  await using kit = await startEdge();
  for (const path of ["/", "/sales/1", "/sales/1/products/1", "/sales/404"]) {
    const response = await get(kit, path);
    const html = await response.text();
    assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
    assertEquals(
      response.headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("referrer-policy"), "same-origin");
    assertMatch(html, /^<!DOCTYPE html><html lang="en">/);
    assertEquals(/<script(?![^>]*\bsrc=)/.test(html), false, "inline script");
    assertEquals(/<style|\sstyle=|\son\w+=/.test(html), false, "inline style or handler");
  }
});

Deno.test("Everything that a page loads is there, immutable", async () => {
  await using kit = await startEdge();
  const seen = new Set<string>();
  const follow = async (text: string) => {
    for (const [, path] of text.matchAll(/"(\/assets\/[^"]+)"/g)) {
      if (seen.has(path!)) continue;
      seen.add(path!);
      const response = await get(kit, path!);
      assertEquals(response.status, 200, path);
      assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
      const body = await response.text();
      assertEquals(/from "\.\//.test(body), false, `${path} has an import that was not rewritten`);
      await follow(body);
    }
  };
  for (const path of ["/", "/sales/1"]) await follow(await (await get(kit, path)).text());
  assert(seen.size >= 10, [...seen].join(" "));
});

Deno.test("An asset that does not exist is 404, also with a wrong hash", async () => {
  await using kit = await startEdge();
  for (const name of ["nope.js", "sale.js", "sale.0000000000000000.js", "..%2Fmain.ts", "%00"]) {
    const response = await get(kit, `/assets/${name}`);
    assertEquals(response.status, 404, name);
    await response.body?.cancel();
  }
});

Deno.test("A page travels compressed as the client likes it, each form with its own ETag", async () => {
  await using kit = await startEdge();
  await kit.edge.idle();
  const plain = await get(kit, "/sales/1");
  const text = await plain.text();
  const read = async (accept: string) => {
    const response = await get(kit, "/sales/1", { "accept-encoding": accept });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const encoding = response.headers.get("content-encoding");
    const decoded = encoding === "br"
      ? brotliDecompressSync(bytes)
      : encoding === "gzip"
      ? gunzipSync(bytes)
      : bytes;
    assertEquals(new TextDecoder().decode(decoded), text, accept);
    assertEquals(response.headers.get("vary"), "accept-encoding, accept-language, cookie");
    return [encoding, response.headers.get("etag")];
  };
  const tags = new Set([plain.headers.get("etag")]);
  for (
    const [accept, encoding] of [
      ["gzip, deflate, br, zstd", "br"],
      ["gzip", "gzip"],
      ["br;q=0, gzip;q=0.5", "gzip"],
      ["BR", "br"],
      ["identity", null],
      ["br;q=0.000, gzip;q=0", null],
      ["", null],
      ["x".repeat(10_000), null],
    ] as const
  ) {
    const [used, etag] = await read(accept);
    assertEquals(used, encoding, accept.slice(0, 40));
    tags.add(etag!);
  }
  assertEquals(tags.size, 3);
});

Deno.test("A page that the client has is 304 without a body", async () => {
  await using kit = await startEdge();
  await kit.edge.idle();
  const first = await get(kit, "/", { "accept-encoding": "br" });
  await first.body?.cancel();
  const etag = first.headers.get("etag")!;
  assertMatch(etag, /^"[0-9a-f]{16}-br"$/);
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await get(kit, "/", { "if-none-match": header, "accept-encoding": "br" });
    assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
    assert(again.headers.get("content-security-policy"));
  }
  for (const header of ['"other"', "", etag.replaceAll('"', "")]) {
    const again = await get(kit, "/", { "if-none-match": header });
    assertEquals(again.status, 200, header);
    await again.body?.cancel();
  }
});

Deno.test("A page changes with the facts that it shows, and not with the stock", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2));
  await kit.refresh();
  const etag = async (path: string) => {
    const response = await get(kit, path);
    await response.body?.cancel();
    return response.headers.get("etag");
  };
  const before = [await etag("/sales/1"), await etag("/sales/2")];
  kit.origin.stock.set("1-1", 3);
  await kit.refresh();
  assertEquals([await etag("/sales/1"), await etag("/sales/2")], before);
  kit.origin.change(1, { title: "A new name" });
  await kit.refresh();
  assertNotEquals(await etag("/sales/1"), before[0]);
  assertEquals(await etag("/sales/2"), before[1]);
  assertStringIncludes(await (await get(kit, "/")).text(), "A new name");
});

Deno.test("Pages escape what operators write", async () => {
  await using kit = await startEdge();
  const evil = '"><script>alert(1)</script><img src=x onerror="alert(1)">';
  const item = sampleItem(1);
  item.product = { ...item.product, name: evil, subtitle: evil, description: evil };
  item.product.images = ["//evil.example/x.png", "javascript:alert(1)", `/a" onerror="alert(1)`];
  kit.origin.publish(sampleSale(2, { title: evil, items: [{ ...item, currency: evil }] }));
  await kit.refresh();
  for (const path of ["/", "/sales/2", "/sales/2/products/1"]) {
    const html = await (await get(kit, path)).text();
    assertEquals(html.includes("<script>"), false, path);
    assertEquals(html.includes('onerror="'), false, path);
    assertEquals(html.includes("evil.example"), false, path);
    assertStringIncludes(html, "/assets/placeholder-1.");
  }
});

Deno.test("A product's own picture is shown", async () => {
  await using kit = await startEdge();
  const item = sampleItem(1);
  item.product = { ...item.product, images: ["/media/lamp.webp"] };
  kit.origin.publish(sampleSale(2, { items: [item] }));
  await kit.refresh();
  assertStringIncludes(await (await get(kit, "/sales/2")).text(), 'src="/media/lamp.webp"');
});

Deno.test("A page that does not exist is a page, 404", async () => {
  await using kit = await startEdge();
  for (const path of ["/sales/9", "/sales/abc", "/sales/1/products/2", "/sales/0/products/1"]) {
    const response = await get(kit, path);
    assertEquals(response.status, 404, path);
    assertStringIncludes(await response.text(), "Nothing here");
  }
  const other = await get(kit, "/other", { accept: "text/html,*/*" });
  assertEquals(other.status, 404);
  assertStringIncludes(await other.text(), "Nothing here");
});

Deno.test("HEAD answers like GET, without the body", async () => {
  await using kit = await startEdge();
  for (const path of ["/", "/sales/1", "/api/sales/1", "/healthz"]) {
    const response = await kit.edge.app.request(path, { method: "HEAD" });
    assertEquals([response.status, await response.text()], [200, ""], path);
  }
});

Deno.test("Sales that nobody has looked at yet are shown all the same", async () => {
  await using kit = await startEdge();
  for (let id = 2; id <= 120; id += 1) kit.origin.publish(sampleSale(id));
  await kit.refresh();
  for (const id of [1, 2, 60, 120]) {
    assertStringIncludes(await (await get(kit, `/sales/${id}`)).text(), `Sale ${id}`);
  }
});

Deno.test("a page speaks the language of the cookie, else of the browser", async () => {
  await using kit = await startEdge();
  for (const path of ["/", "/sales/1", "/sales/1/products/1", "/orders", "/sales/404"]) {
    const english = await get(kit, path, { "accept-language": "de,en;q=0.8" });
    const chinese = await get(kit, path, { "accept-language": "zh-CN,zh;q=0.9" });
    const chosen = await get(kit, path, { "accept-language": "en", cookie: "a=b; lang=zh" });
    const [en, zh] = [await english.text(), await chinese.text()];
    assertMatch(en, /^<!DOCTYPE html><html lang="en">/);
    assertMatch(zh, /^<!DOCTYPE html><html lang="zh-Hans">/);
    assertEquals(await chosen.text(), zh);
    assertEquals(chinese.headers.get("content-language"), "zh");
    assertEquals(/\p{Script=Han}/u.test(en.replaceAll("中文", "")), false, path);
    assertEquals(en.includes("words_zh."), false, path);
    for (const response of [english, chinese]) {
      assertEquals(response.headers.get("vary"), "accept-encoding, accept-language, cookie");
    }
    // What a cache has in one language is never good for the other.
    const known = { "if-none-match": english.headers.get("etag")!, "accept-language": "zh" };
    const again = await get(kit, path, known);
    assertEquals(again.status, chinese.status);
    await again.body?.cancel();
  }
});

Deno.test("a page follows the clock without new facts", async () => {
  await using kit = await startEdge();
  const at = kit.timers.clock();
  kit.origin.publish(sampleSale(2, { startsAt: at + 2_000, endsAt: at + 4_000 }));
  await kit.refresh();
  const words = async (path: string) => {
    const html = await (await get(kit, path)).text();
    return /data-part="badge" data-state="(\w+)"/.exec(html)?.[1];
  };
  assertEquals([await words("/sales/2"), await words("/sales/2/products/1")], [
    "upcoming",
    "upcoming",
  ]);
  await kit.timers.advance(2_000);
  assertEquals([await words("/sales/2"), await words("/sales/2/products/1")], ["open", "open"]);
  await kit.timers.advance(2_000);
  assertEquals([await words("/sales/2"), await words("/sales/2/products/1")], ["ended", "ended"]);
});

Deno.test("what a page loads before it can be used is small", async () => {
  await using kit = await startEdge();
  await kit.edge.idle();
  const bytesOf = async (path: string) => {
    const response = await get(kit, path, { "accept-encoding": "br" });
    return (await response.arrayBuffer()).byteLength;
  };
  for (const path of ["/", "/sales/1", "/sales/1/products/1", "/orders"]) {
    const html = await (await get(kit, path)).text();
    const needed = /<(?:link[^>]*rel="(?:stylesheet|modulepreload)"[^>]*|script[^>]*)>/g;
    const assets = new Set(
      (html.match(needed) ?? []).map((tag) => /"(\/assets\/[^"]+)"/.exec(tag)![1]!),
    );
    let bytes = await bytesOf(path);
    for (const asset of assets) bytes += await bytesOf(asset);
    console.log(
      `${path}: ${(bytes / 1_024).toFixed(1)} KB in ${assets.size + 1} files, compressed`,
    );
    assert(bytes < 40 * 1_024, `${path} is ${bytes} bytes`);
  }
});
