import { assert, assertEquals, assertMatch } from "@std/assert";
import { Hono } from "hono";
import { identifyRequests, readRequestIds, REQUEST_IDS_HEADER } from "./identify_requests.ts";
import { outsideRequests, requestContext, withinRequest } from "./request_context.ts";
import { givenRequestId, isRequestId, REQUEST_ID_HEADER, RequestIds } from "./request_id.ts";

const GOOD = ["abcdefgh", "A-b_9".padEnd(64, "x"), "00000000"];
const BAD = ["", "short", "x".repeat(65), "with space", 'quote"quote', "line\nbreak", "ümlaut-1"];

Deno.test("a request id is 8 to 64 letters, digits, - and _, and nothing else is taken", () => {
  for (const text of GOOD) {
    assert(isRequestId(text), text);
    assertEquals(givenRequestId(new Headers({ [REQUEST_ID_HEADER]: text })), text);
  }
  for (const text of BAD) assertEquals(isRequestId(text), false, text);
  assertEquals(givenRequestId(new Headers()), null);
  assertEquals(givenRequestId(new Headers({ [REQUEST_ID_HEADER]: "no good id" })), null);
});

Deno.test("RequestIds never makes an id twice, and each has the form", () => {
  const ids = new RequestIds();
  const made = new Set(Array.from({ length: 10_000 }, () => ids.next()));
  assertEquals(made.size, 10_000);
  for (const id of made) assert(isRequestId(id), id);
  assertMatch(ids.next(), /^[0-9A-Za-z]{8}-7pt$/);
  assert(new RequestIds().next() !== new RequestIds().next());
});

function app(takesBatches: boolean) {
  const hono = new Hono();
  hono.use("*", identifyRequests(new RequestIds("abcdefgh"), { takesBatches }));
  hono.get("/raw", () => Response.json(requestContext.getStore() ?? null));
  hono.get("/late", async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return c.json(requestContext.getStore() ?? null);
  });
  return hono;
}

Deno.test("identifyRequests() takes a good id, replaces a bad one, and returns it", async () => {
  const hono = app(false);
  const ask = async (headers: Record<string, string>, env = {}) => {
    const response = await hono.request("/late", { headers }, env);
    const { requestId } = await response.json();
    assertEquals(response.headers.get(REQUEST_ID_HEADER), requestId);
    return requestId;
  };
  assertEquals(await ask({ [REQUEST_ID_HEADER]: "given-by-caller" }), "given-by-caller");
  assertEquals(await ask({ [REQUEST_ID_HEADER]: "<script>" }), "abcdefgh-1");
  assertEquals(await ask({}), "abcdefgh-2");
  // Whoever calls in this process is believed before the header.
  assertEquals(
    await ask({ [REQUEST_ID_HEADER]: "given-by-caller" }, { requestId: "from-inside" }),
    "from-inside",
  );
});

Deno.test("identifyRequests() reads the ids of a batch from edges only", async () => {
  const headers = {
    [REQUEST_ID_HEADER]: "batch-00001",
    [REQUEST_IDS_HEADER]: "first-one,second-1",
  };
  const context = async (takesBatches: boolean) =>
    await (await app(takesBatches).request("/raw", { headers })).json();
  assertEquals(await context(true), {
    requestId: "batch-00001",
    requestIds: ["first-one", "second-1"],
  });
  assertEquals(await context(false), { requestId: "batch-00001" });
});

Deno.test("readRequestIds() refuses a list that holds anything else", () => {
  assertEquals(readRequestIds("first-one,second-1"), ["first-one", "second-1"]);
  for (const header of [null, "", "first-one,", "first-one, second-1", "x".repeat(5_000)]) {
    assertEquals(readRequestIds(header), null);
  }
});

Deno.test("outsideRequests() frees what goes on later from the request that set it off", async () => {
  const seen = await withinRequest({ requestId: "request-1" }, () =>
    outsideRequests(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return requestContext.getStore();
    }));
  assertEquals(seen, undefined);
});
