import { assert, assertEquals } from "@std/assert";
import { startEdge } from "../testing/edge_kit.ts";

/** Ways to write "one folder up", "the root" or "another place" that some server once believed. */
const WAYS = [
  "../",
  "../../../",
  "..%2f",
  "%2e%2e/",
  "%2e%2e%2f",
  "%2E%2E%2F%2E%2E%2F",
  "%252e%252e%252f",
  "..%252f",
  "%25252e%25252e%25252f",
  "..\\",
  "..%5c",
  "%2e%2e%5c",
  "..%255c",
  "....//",
  "..././",
  "..;/",
  "..%00/",
  "%00../",
  ".%00./",
  "..%0a/",
  "..%0d%0a/",
  "..%09/",
  "%c0%ae%c0%ae/",
  "..%c0%af",
  "..%e0%80%af",
  "%uff0e%uff0e/",
  "..%u2215",
  "..%ef%bc%8f",
  "/",
  "//",
  "%2f",
  "%5c%5c",
  "file:///",
  "file:%2f%2f%2f",
  "C:\\",
  "C:%5c",
  "~/",
  "./",
  "%2e/",
  "?/../",
];

const TARGETS = ["etc/passwd", "edge/main.ts", "deno.json", ".env", "static/sale.js%00.css"];

const PREFIXES = ["/assets/", "/", "/sales/", "/sales/1/products/", "/lang/", "/assets/sale."];

/** Whole request targets that are none of the above. */
const TARGETS_AS_THEY_ARE = [
  "http://evil.example/etc/passwd",
  "http://127.0.0.1/assets/../deno.json",
  "//evil.example/etc/passwd",
  "/assets",
  "/assets/",
  "/assets/.",
  "/assets/..",
  "/assets/%",
  "/assets/%zz",
  "/assets/sale.js",
  "/assets/SALE.0000000000000000.JS",
  `/assets/${"a".repeat(4_000)}`,
  `/assets/${"../".repeat(500)}etc/passwd`,
  "/assets/sale.*.js",
  "/assets/__proto__",
  "/assets/constructor",
  "/sales/1/../../deno.json",
  "/sales/1/products/1/..%2f..%2fdeno.json",
  "/sales/-1",
  "/sales/1e3",
  "/sales/0x1",
  "/sales/1%00",
  "/sales/１",
];

/** Sends a request line exactly as it is and returns the whole answer. */
async function send(port: number, target: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const deadline = setTimeout(() => connection.close(), 5_000);
  try {
    const head = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const chunks: Uint8Array[] = [];
    for await (const chunk of connection.readable) chunks.push(chunk);
    return await new Blob(chunks as BlobPart[]).text();
  } finally {
    clearTimeout(deadline);
  }
}

Deno.test("no form of a path leads out of the pages and their files", async () => {
  await using kit = await startEdge();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => kit.edge.handle(request, info.remoteAddr.hostname),
  );
  const forms = new Set(TARGETS_AS_THEY_ARE);
  for (const prefix of PREFIXES) {
    for (const way of WAYS) for (const target of TARGETS) forms.add(`${prefix}${way}${target}`);
  }
  const statuses = new Map<string, number>();
  for (const form of forms) {
    const answer = await send(server.addr.port, form);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? "none";
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    // "?" ends the path, so what stands before it may well be a page.
    const isPage = status === "200" && /^\/(\?.*)?$/.test(form);
    assert(["400", "404", "414", "431"].includes(status) || isPage, `${status} ${form}`);
    assertEquals(/root:x:|Deno\.serve|"imports"|EDGE_KEY=/.test(answer), false, form);
  }
  const counts = [...statuses].sort().map(([status, count]) => `${status} ${count}×`).join(", ");
  console.log(`${forms.size} forms of paths: ${counts}; none led to a file`);
  await server.shutdown();
});

Deno.test("the switch of languages leads back to pages of this shop only", async () => {
  await using kit = await startEdge();
  const go = async (path: string) => {
    const response = await kit.edge.app.request(path);
    await response.body?.cancel();
    return [response.status, response.headers.get("location")];
  };
  const own = ["/", "/orders", "/sales/1", "/sales/1/products/2", "/sandbox/pay/a.b-c_d~e"];
  for (const to of own) {
    assertEquals(await go(`/lang/zh?to=${encodeURIComponent(to)}`), [303, to]);
  }
  const foreign = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "/sales/1/../../x",
    "/sales/1\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "/orders?x=//evil.example",
    "/lang/en",
    " /orders",
    "",
  ];
  for (const to of foreign) {
    assertEquals(await go(`/lang/en?to=${encodeURIComponent(to)}`), [303, "/"], to);
  }
  assertEquals((await go("/lang/fr"))[0], 404);
});
