import { assertEquals } from "@std/assert";
import { isOwnRead, isOwnWrite } from "./own_request.ts";

const HOST = "office.example:9000";

/** What a browser tells, whether it may write, whether it may read. */
const CASES: [headers: Record<string, string>, write: boolean, read: boolean][] = [
  [{}, false, true],
  [{ "sec-fetch-site": "same-origin" }, true, true],
  [{ "sec-fetch-site": "none" }, false, true],
  [{ "sec-fetch-site": "same-site" }, false, false],
  [{ "sec-fetch-site": "cross-site" }, false, false],
  [{ "sec-fetch-site": "Same-Origin" }, false, false],
  [{ origin: `http://${HOST}` }, true, true],
  [{ origin: `https://${HOST}` }, true, true],
  [{ origin: "https://office.example" }, false, false],
  [{ origin: `https://evil.${HOST}` }, false, false],
  [{ origin: `ftp://${HOST}` }, false, false],
  [{ origin: "null" }, false, false],
  [{ origin: "" }, false, false],
  [{ origin: `https://${HOST}`, "sec-fetch-site": "cross-site" }, false, false],
  [{ origin: "https://evil.example", "sec-fetch-site": "same-origin" }, false, false],
];

Deno.test("a request counts as our own page's by what no other page can set", () => {
  for (const [given, write, read] of CASES) {
    const headers = new Headers({ host: HOST, ...given });
    assertEquals([isOwnWrite(headers), isOwnRead(headers)], [write, read], JSON.stringify(given));
  }
  const nowhere = new Headers({ origin: `https://${HOST}` });
  assertEquals([isOwnWrite(nowhere), isOwnRead(nowhere)], [false, false]);
});
