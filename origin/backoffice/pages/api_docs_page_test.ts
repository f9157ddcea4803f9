import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { type ApiDocument, groupsOf, type Route } from "../api_docs/api_document.ts";
import { curlText } from "../api_docs/curl_text.ts";
import { exampleOf, typeText } from "../api_docs/schema_example.ts";

async function readDocument(origin: OriginFixture): Promise<ApiDocument> {
  return await (await origin.app.request("/admin/api/openapi.json")).json();
}

Deno.test("the page of the API shows every route with its role, to viewers too", async () => {
  await using origin = await OriginFixture.open();
  const document = await readDocument(origin);
  origin.signIn("viewer");
  const response = await origin.page("/api-docs");
  assertEquals(response.status, 200);
  const html = await response.text();
  const routes = groupsOf(document).flatMap(({ routes }) => routes);
  assert(routes.length > 40);
  for (const { operationId, summary } of routes) {
    assertStringIncludes(html, `id="${operationId}"`);
    const escaped = summary!.replaceAll("&", "&amp;").replaceAll("'", "&#39;");
    assertStringIncludes(html, escaped);
  }
  assertMatch(html, /id="publishSale"[\s\S]*?<span class="badge">operator<\/span>/);
  assertMatch(html, /id="listOperators"[\s\S]*?<span class="badge">admin<\/span>/);
  assertStringIncludes(html, 'href="/admin/api/openapi.json" download');
  // Nothing comes from elsewhere.
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    assertMatch(address!, /^[/#]/);
  }
});

Deno.test("the example of every body is taken by the schema that it is of", async () => {
  await using origin = await OriginFixture.open();
  const document = await readDocument(origin);
  // The examples speak of product 3.
  for (const name of ["Pot", "Pan", "Kettle"]) {
    await origin.admin("POST", "/products", { name, price: 1, currency: "EUR" });
  }
  const refused: string[] = [];
  let asked = 0;
  for (const { routes } of groupsOf(document)) {
    for (const { method, path, requestBody } of routes) {
      const schema = requestBody?.content["application/json"]?.schema;
      if (schema === undefined) continue;
      const example = exampleOf(schema, document);
      const response = await origin.admin(method, path.replaceAll(/\{\w+\}/g, "7"), example);
      const { code, detail, errors } = await response.json();
      asked += 1;
      if (code !== "invalid") continue;
      refused.push(`${method} ${path} ${JSON.stringify({ example, detail, errors })}`);
    }
  }
  assertEquals(refused, []);
  assert(asked > 8, `${asked} bodies`);
});

const DOCUMENT: ApiDocument = {
  openapi: "3.1.0",
  info: { title: "Test", version: "1" },
  paths: {},
  components: {
    schemas: {
      Node: {
        type: "object",
        properties: {
          id: { type: "integer", minimum: 1 },
          next: { $ref: "#/components/schemas/Node" },
          kind: { type: "string", enum: ["leaf", "branch"] },
          note: { type: ["string", "null"] },
        },
        required: ["id"],
      },
    },
  },
};

Deno.test("exampleOf() ends where a schema refers to itself, and prefers what it says", () => {
  const text = JSON.stringify(exampleOf({ $ref: "#/components/schemas/Node" }, DOCUMENT));
  assert(text.length < 2_000);
  assertMatch(text, /^{"id":7,"next":{"id":7,/);
  assertEquals(exampleOf({ type: "string", example: "mine" }, DOCUMENT), "mine");
  assertEquals(exampleOf({ type: "integer", minimum: 5 }, DOCUMENT), 5);
  assertEquals(exampleOf({ anyOf: [{ type: "null" }, { const: 3 }] }, DOCUMENT), 3);
  assertEquals(exampleOf({ type: "array", items: { enum: ["a"] } }, DOCUMENT), ["a"]);
  assertEquals(exampleOf({ $ref: "#/components/schemas/None" }, DOCUMENT), "text");
});

Deno.test("typeText() names types, bounds and choices", () => {
  const text = (schema: Parameters<typeof typeText>[0]) => typeText(schema, DOCUMENT);
  assertEquals(text({ type: "integer", minimum: 1, maximum: 200 }), "integer, 1 to 200");
  assertEquals(
    text({ type: ["string", "null"], maxLength: 9 }),
    "text, at most 9 characters or null",
  );
  assertEquals(
    text({ type: "array", items: { $ref: "#/components/schemas/Node" } }),
    "array of Node",
  );
  assertEquals(text({ type: "string", enum: ["a", "b"] }), 'text: "a", "b"');
  assertEquals(text({ type: "string", format: "date-time" }), "time, ISO 8601 UTC");
  assertEquals(text({ oneOf: [{ type: "string" }, { type: "integer" }] }), "text or integer");
});

Deno.test("curlText() is one command of a shell, whatever is in its body", () => {
  const route: Route = {
    method: "POST",
    path: "/sales/{id}/notes",
    operationId: "addNote",
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
    requestBody: {
      content: { "application/json": { schema: { type: "string", example: "it's $HOME" } } },
    },
    responses: {},
  };
  assertEquals(
    curlText(route, DOCUMENT, "http://127.0.0.1:9000/admin/api"),
    [
      "curl -X POST",
      '  -H "Authorization: Bearer $ADMIN_TOKEN"',
      '  -H "Content-Type: application/json"',
      `  -d '"it'\\''s $HOME"'`,
      "  'http://127.0.0.1:9000/admin/api/sales/7/notes'",
    ].join(" \\\n"),
  );
});
