import { assert, assertEquals } from "@std/assert";
import http2 from "node:http2";
import tls from "node:tls";
import { problemBody } from "../../shared/problem.ts";
import { askFront } from "../../shared/tools/front/front_client.ts";
import { withFront } from "../../shared/tools/front/with_front.ts";
import type { NginxServer } from "../../shared/tools/services/nginx_server.ts";
import { poll } from "../../shared/tools/services/poll.ts";

Deno.test("nginx tells edges who is asking, whatever a client says itself", async () => {
  await withFront(async ({ front, seen }) => {
    const forged = [
      { "x-forwarded-for": "203.0.113.9" },
      { "x-forwarded-for": "203.0.113.9, 127.0.0.1", "X-FORWARDED-FOR": "198.51.100.1" },
      { "x-real-ip": "203.0.113.9", "forwarded": "for=203.0.113.9;proto=http" },
      { "x-forwarded-proto": "http", "x-forwarded-for": "127.0.0.1\t,::1" },
      { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=1" },
    ];
    for (const [i, headers] of forged.entries()) {
      const from = `127.0.0.${i + 2}`;
      assertEquals((await askFront(front, `/api/who/${i}`, { headers, from })).status, 200);
      const { headers: got } = seen().find((one) => one.path === `/api/who/${i}`)!;
      assertEquals(got.get("x-forwarded-for"), from);
      assertEquals(got.get("x-forwarded-proto"), "https");
      assertEquals([got.get("traceparent"), got.get("tracestate")], [null, null]);
      assertEquals(got.get("forwarded"), null);
      assertEquals(got.get("host"), `127.0.0.1:${front.httpsPort}`);
    }
  });
});

Deno.test("nginx hides what is not for buyers, however it is spelt", async () => {
  await withFront(async ({ front, seen }) => {
    const paths = ["/metrics", "/healthz", "/readyz", "/readyz/", "//metrics", "/./metrics"];
    paths.push("/%6detrics", "/x/../metrics", "/METRICS", "/metrics?x=1", "/dev/login", "/dev");
    paths.push("/internal/buys", "/internal", "/admin", "/admin/api/sales", "/%61dmin/api/sales");
    for (const path of paths) {
      for (const method of ["GET", "POST"]) {
        const answer = await askFront(front, path, { method });
        assertEquals(
          [answer.status, JSON.parse(answer.text)],
          [404, problemBody("not_found")],
          path,
        );
      }
    }
    assertEquals(seen(), []);
    for (const path of ["/", "/sales/1", "/orders", "/api/sales", "/developers", "/metricsx"]) {
      assertEquals((await askFront(front, path)).status, 200, path);
    }
  });
});

Deno.test("nginx speaks HTTP/2 and HTTP/1.1 over TLS 1.2 and 1.3, and sends plain HTTP there", async () => {
  await withFront(async ({ front, edges }) => {
    for (const edge of edges) edge.answer = ({ body }) => new Response(`${body}!`);
    const session = http2.connect(front.url, { ca: front.certificate });
    const stream = session.request({ ":path": "/api/sales/1/buy", ":method": "POST" });
    let text = "";
    stream.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
    const headers = new Promise<Record<string, unknown>>((done) => stream.once("response", done));
    const ended = new Promise((done) => stream.once("end", done));
    stream.end("two");
    await ended;
    assertEquals([(await headers)[":status"], text, session.alpnProtocol], [200, "two!", "h2"]);
    await new Promise<void>((done) => session.close(done));

    const answer = await askFront(front, "/", { method: "POST", body: "one" });
    assertEquals([answer.status, answer.text], [200, "one!"]);
    assertEquals(answer.headers["strict-transport-security"], "max-age=31536000");
    assertEquals(answer.headers.server, "nginx");
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      assertEquals(await handshake(front, version), version);
    }
    const plain = await fetch(`http://127.0.0.1:${front.httpPort}/sales/1?x=1`, {
      method: "POST",
      redirect: "manual",
    });
    await plain.body?.cancel();
    assertEquals([plain.status, plain.headers.get("location")], [
      308,
      "https://127.0.0.1/sales/1?x=1",
    ]);
  });
});

function handshake(front: NginxServer, version: "TLSv1.2" | "TLSv1.3"): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: "127.0.0.1",
      port: front.httpsPort,
      ca: front.certificate,
      minVersion: version,
      maxVersion: version,
    }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

Deno.test("nginx keeps immutable files in each form, and asks an edge for each once", async () => {
  await withFront(async ({ front, edges, seen }) => {
    for (const edge of edges) {
      edge.answer = ({ headers }) => {
        const form = headers.get("accept-encoding") ?? "";
        return new Response(`body as ${form || "it is"}`, {
          headers: {
            "cache-control": "public, max-age=31536000, immutable",
            etag: `"abc${form && `-${form}`}"`,
            vary: "accept-encoding",
            ...(form === "" ? {} : { "content-encoding": form }),
          },
        });
      };
    }
    const path = "/assets/sale.0123456789abcdef.js";
    const wishes: [string, string][] = [
      ["gzip, deflate, br, zstd", "br"],
      ["br", "br"],
      ["gzip;q=1.0, br;q=0", "gzip"],
      ["GZIP", "gzip"],
      ["identity", ""],
      ["", ""],
    ];
    for (const [wish, form] of [...wishes, ...wishes]) {
      const headers = { "accept-encoding": wish };
      const answer = await askFront(front, path, { headers });
      assertEquals([answer.status, answer.text], [200, `body as ${form || "it is"}`], wish);
      assertEquals(answer.headers["content-encoding"], form || undefined);
      assertEquals(answer.headers["cache-control"], "public, max-age=31536000, immutable");
      assertEquals(answer.headers.vary, "accept-encoding");
      const etag = String(answer.headers.etag);
      const again = await askFront(front, path, { headers: { ...headers, "if-none-match": etag } });
      assertEquals([again.status, again.text, again.headers.etag], [304, "", etag]);
    }
    assertEquals(seen().map((one) => one.headers.get("accept-encoding") ?? "").sort(), [
      "",
      "br",
      "gzip",
    ]);
    // A query makes no second copy, and nothing that is no name of a file comes so far.
    assertEquals((await askFront(front, `${path}?${"x".repeat(50)}`)).status, 200);
    assertEquals(seen().length, 3);
    const heads = await askFront(front, path, { method: "HEAD" });
    assertEquals([heads.status, heads.text], [200, ""]);
  });
});

Deno.test("nginx finds a file that one edge alone knows, and soon one that nobody knew", async () => {
  await withFront(async ({ front, edges, seen }) => {
    const headers = { "cache-control": "no-store" };
    const none = () => new Response("not here", { status: 404, headers });
    edges[0]!.answer = none;
    edges[1]!.answer = ({ path }) => path === "/assets/new.2.js" ? new Response("new") : none();
    for (let i = 0; i < 4; i += 1) {
      assertEquals((await askFront(front, "/assets/new.2.js")).text, "new");
    }
    const flood = await Promise.all(Array.from({ length: 50 }, () => {
      return askFront(front, "/assets/none.3.js");
    }));
    assertEquals(new Set(flood.map((answer) => answer.status)), new Set([404]));
    assertEquals(flood[0]!.headers["cache-control"], "no-store", "browsers keep none of it");
    const asked = seen().filter((one) => one.path === "/assets/none.3.js").length;
    console.log(`    50 requests for a file that nobody knows: ${asked} went to edges`);
    assert(asked < 50, String(asked));
    edges[0]!.answer = () => new Response("there now");
    await poll("the new file", async () => {
      return (await askFront(front, "/assets/none.3.js")).text === "there now" || null;
    }, { timeoutMs: 10_000 });
  });
});

Deno.test("nginx keeps nothing under a name of a file that could end a line", async () => {
  await withFront(async ({ front, edges, seen }) => {
    for (const edge of edges) edge.answer = () => new Response("none", { status: 404 });
    for (const path of ["/assets/a%0a", "/assets/a%0d", "/assets/a%0a%0a", "/assets/a%20b"]) {
      for (let i = 0; i < 2; i += 1) assertEquals((await askFront(front, path)).status, 404);
      assertEquals(seen().filter((one) => one.path === path).length, 2, path);
    }
  });
});

Deno.test("nginx sends a client's sliders to one edge, and clients to all", async () => {
  await withFront(async ({ front, edges }) => {
    const clients = Array.from({ length: 40 }, (_, i) => `127.0.1.${i + 1}`);
    for (const from of clients) {
      for (const path of ["/api/captcha", "/api/captcha/m-1"]) {
        const method = "POST";
        assertEquals((await askFront(front, path, { method, body: "{}", from })).status, 200);
      }
    }
    const at = edges.map(({ seen }) => seen.map((one) => one.headers.get("x-forwarded-for")));
    for (const from of clients) {
      const counts = at.map((here) => here.filter((one) => one === from).length).sort();
      assertEquals(counts, [0, 2], from);
    }
    for (const here of at) assert(here.length > 0);
  });
});

Deno.test("nginx passes pages on as they are: compressed once, with ETag and 304", async () => {
  await withFront(async ({ front, edges, seen }) => {
    const bytes = new Uint8Array([11, 2, 128, 97, 98, 99, 3]);
    for (const edge of edges) {
      edge.answer = ({ headers }) =>
        headers.get("if-none-match") === '"p-br"'
          ? new Response(null, { status: 304, headers: { etag: '"p-br"' } })
          : new Response(bytes, {
            headers: {
              "content-encoding": "br",
              etag: '"p-br"',
              vary: "accept-encoding, cookie",
              "cache-control": "public, max-age=0, must-revalidate",
              "dropgate-draining": "1",
            },
          });
    }
    const headers = { "accept-encoding": "gzip, br", "accept-language": "zh", cookie: "lang=zh" };
    const page = await askFront(front, "/sales/1", { headers });
    assertEquals([page.status, [...page.body]], [200, [...bytes]]);
    assertEquals([page.headers.etag, page.headers["content-encoding"]], ['"p-br"', "br"]);
    assertEquals(page.headers.vary, "accept-encoding, cookie");
    assertEquals(page.headers["dropgate-draining"], undefined);
    const again = await askFront(front, "/sales/1", {
      headers: { ...headers, "if-none-match": '"p-br"' },
    });
    assertEquals([again.status, again.body.length], [304, 0]);
    assertEquals(seen().length, 2);
    assertEquals(seen()[0]!.headers.get("accept-language"), "zh");
    assertEquals(seen()[0]!.headers.get("cookie"), "lang=zh");
  });
});

Deno.test("nginx refuses in the words of the API", async () => {
  await withFront(async ({ front, edges, seen }) => {
    const big = await askFront(front, "/api/payments/webhook", {
      method: "POST",
      body: "x".repeat(64 * 1024 + 1),
    });
    assertEquals([big.status, JSON.parse(big.text)], [413, problemBody("too_large")]);
    const fits = "x".repeat(64 * 1024);
    assertEquals(
      (await askFront(front, "/api/payments/webhook", { method: "POST", body: fits })).status,
      200,
    );
    assertEquals(seen()[0]!.body, fits);
    const header = await askFront(front, "/", { headers: { cookie: "x".repeat(40_000) } });
    assertEquals(header.status, 400);

    // What an edge refuses itself is passed on.
    for (const edge of edges) edge.answer = () => new Response("its own", { status: 503 });
    assertEquals((await askFront(front, "/api/sales")).text, "its own");

    await Promise.all(edges.map((edge) => edge.stop()));
    const away = await askFront(front, "/api/sales/1/buy", { method: "POST", body: "{}" });
    assertEquals([away.status, JSON.parse(away.text)], [503, problemBody("unavailable")]);
    assertEquals(away.headers["retry-after"], "2");
    assertEquals(away.headers["content-type"], "application/problem+json");
    const page = await askFront(front, "/sales/1");
    assertEquals(page.status, 503);
    assert(page.text.includes("One moment"), page.text);
  });
});

Deno.test("nginx writes one line of JSON for each request, without its query", async () => {
  await withFront(async ({ front, edges }) => {
    for (const edge of edges) {
      edge.answer = () => new Response("", { headers: { "x-request-id": "k3J9xQ2a-1f" } });
    }
    await askFront(front, '/api/sales/1?token=secret"\\', { from: "127.0.0.3" });
    await askFront(front, "/metrics");
    const lines = await poll("the access log", async () => {
      const read = await front.accessLog();
      return read.length === 2 ? read : null;
    }, { timeoutMs: 10_000 });
    const { path, client, status, method, edge, requestTimeS, cache } = lines[0]!;
    assertEquals([path, client, status, method, cache], [
      "/api/sales/1",
      "127.0.0.3",
      200,
      "GET",
      "",
    ]);
    assert(edges.some((one) => one.address === edge));
    assertEquals(lines[0]!.requestId, "k3J9xQ2a-1f");
    assertEquals(typeof requestTimeS, "number");
    assertEquals([lines[1]!.status, lines[1]!.edge], [404, ""]);
  });
});
