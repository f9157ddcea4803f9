import { assert, assertEquals, assertMatch } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";

type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Json }>;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** What JSON Schema of OpenAPI 3.1 knows. */
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

async function readDocument() {
  await using origin = await OriginFixture.open();
  const document = await (await origin.app.request("/admin/api/openapi.json")).json();
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
    );
  return { document, operations };
}

/** Every object in a value, with the way to it. */
function* objectsIn(value: unknown, way = "#"): Generator<{ way: string; object: Json }> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield { way, object: value as Json };
  for (const [name, part] of Object.entries(value)) yield* objectsIn(part, `${way}/${name}`);
}

/** What a reference of the document leads to; undefined when it leads nowhere. */
function follow(document: unknown, ref: string): unknown {
  return ref.slice(2).split("/").reduce<unknown>(
    (at, name) => (at as Json | undefined)?.[name.replaceAll("~1", "/").replaceAll("~0", "~")],
    document,
  );
}

Deno.test("every reference of the OpenAPI document leads somewhere", async () => {
  const { document } = await readDocument();
  assertEquals(document.openapi, "3.1.0");
  assertEquals(Object.keys(document.info).sort(), ["title", "version"]);
  let refs = 0;
  for (const { way, object } of objectsIn(document)) {
    const { $ref } = object;
    if (typeof $ref !== "string") continue;
    refs += 1;
    assertMatch($ref, /^#\/components\/schemas\/\w+$/, way);
    assert(follow(document, $ref) !== undefined, `${way} refers to ${$ref}`);
  }
  assert(refs > 50, `${refs} references`);
  const schemes = Object.keys(document.components.securitySchemes);
  for (const requirement of document.security) {
    for (const name of Object.keys(requirement)) assert(schemes.includes(name), name);
  }
});

Deno.test("every route of the OpenAPI document has a name of its own, a group and a summary", async () => {
  const { document, operations } = await readDocument();
  const groups = new Set(document.tags.map(({ name }: { name: string }) => name));
  const names = new Map<string, string>();
  for (const { path, method, operation } of operations) {
    const address = `${method} ${path}`;
    assertMatch(path, /^\/[a-z]/, address);
    assert(METHODS.includes(method), address);
    assertMatch(operation.operationId ?? "", /^[a-z][A-Za-z]+$/, address);
    assertEquals(names.get(operation.operationId), undefined, address);
    names.set(operation.operationId, address);
    assertEquals(operation.tags?.length, 1, `${address} has one tag`);
    assert(groups.has(operation.tags[0]!), `${address} is of ${operation.tags[0]}`);
    assertMatch(operation.summary ?? "", /^[A-Z].{3,}[^.]$/, address);
    const answers = Object.entries(operation.responses);
    assert(answers.some(([status]) => status.startsWith("2")), address);
    for (const [status, { description }] of answers) {
      assertMatch(status, /^[1-5]\d\d$/, address);
      assert(description.length > 0, `${address} ${status}`);
    }
  }
  assert(names.size > 40);
});

Deno.test("parameters of the OpenAPI document are those of its paths", async () => {
  const { operations } = await readDocument();
  for (const { path, method, operation } of operations) {
    const address = `${method} ${path}`;
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const parameters = operation.parameters ?? [];
    const declared = parameters.filter((one) => one.in === "path").map(({ name }) => name);
    assertEquals(declared.sort(), inPath.sort(), address);
    for (const { name, in: place, required, schema } of parameters) {
      assert(["path", "query", "header"].includes(place), `${address} ${name}`);
      assert(place !== "path" || required === true, `${address} ${name}`);
      assert(typeof schema === "object", `${address} ${name}`);
    }
    const keys = parameters.map((one) => `${one.in} ${one.name}`);
    assertEquals(keys.length, new Set(keys).size, address);
    assert(method !== "get" || operation.requestBody === undefined, address);
  }
});

Deno.test("schemas of the OpenAPI document are JSON Schema, and nothing older", async () => {
  const { document } = await readDocument();
  let schemas = 0;
  for (const { way, object } of objectsIn(document)) {
    // The fields of an object may be called anything, and an example may hold anything.
    if (/\/properties$|\/example(\/|$)|\/default(\/|$)/.test(way)) continue;
    assert(!("nullable" in object), `${way} uses nullable`);
    if (!("type" in object) || /\/securitySchemes\//.test(way)) continue;
    schemas += 1;
    for (const type of [object.type].flat()) {
      assert(TYPES.includes(type as string), `${way} has the type ${type}`);
    }
    for (const bound of ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
      assert(!(bound in object) || typeof object[bound] === "number", `${way} ${bound}`);
    }
    if (object.type === "array") assert(typeof object.items === "object", `${way} has no items`);
    const { required = [], properties = {} } = object as { required?: string[]; properties?: Json };
    for (const name of required) assert(name in properties, `${way} requires ${name}`);
  }
  assert(schemas > 100, `${schemas} schemas`);
});
