import { assertEquals, assertThrows } from "@std/assert";
import { httpTarget, requestText } from "./http_target.ts";

Deno.test("httpTarget() takes an address apart", () => {
  assertEquals(httpTarget("http://shop.example"), {
    hostname: "shop.example",
    port: 80,
    tls: false,
    host: "shop.example",
  });
  assertEquals(httpTarget("https://[::1]:8443/"), {
    hostname: "::1",
    port: 8443,
    tls: true,
    host: "[::1]:8443",
  });
});

Deno.test("httpTarget() says what it cannot use", () => {
  assertThrows(() => httpTarget("shop"), TypeError, "must be absolute: current value is shop");
  assertThrows(() => httpTarget("ftp://shop"), TypeError, "must be http or https");
  assertThrows(() => httpTarget("http://shop/path"), TypeError, "must have no path");
});

Deno.test("requestText() writes a whole request and counts its body in bytes", () => {
  const target = httpTarget("http://shop:8000");
  assertEquals(
    requestText(target, { method: "GET", path: "/a", headers: { "x-one": "1" } }),
    "GET /a HTTP/1.1\r\nhost: shop:8000\r\nx-one: 1\r\n\r\n",
  );
  assertEquals(
    requestText(target, { method: "POST", path: "/", body: '"é"' }),
    "POST / HTTP/1.1\r\nhost: shop:8000\r\ncontent-type: application/json\r\n" +
      'content-length: 4\r\n\r\n"é"',
  );
});
