import { type ApiDocument, refName, resolve, type Schema } from "./api_document.ts";

/** How deep examples go: what refers to itself ends there. */
const MAX_DEPTH = 8;

/** What fields are called, and what then stands in an example when their schema has none. */
const BY_NAME: Record<string, unknown> = {
  id: 7,
  saleId: 7,
  productId: 3,
  ticket: "7-3-ann-1000000001",
  replayedTicket: "7-3-ann-1000000009",
  userId: "ann",
  messageId: "7-3-1000000001",
  requestId: "5f3c8c0e-7a3b-4f5e-9c58-0f6f0f6c1a11",
  paymentId: "pay_8213",
  eventId: "evt_9941",
  currency: "EUR",
  amount: 1250,
  price: 1250,
  title: "Spring sale",
  name: "Kettle",
  contentHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  page: 1,
  per: 20,
  total: 1,
  stock: 100,
  delta: 5,
};

/** An example of a schema: what it says itself, else something that fits it. */
export function exampleOf(schema: Schema, document: ApiDocument): unknown {
  return exampleAt(schema, document, "", 0);
}

function exampleAt(given: Schema, document: ApiDocument, name: string, depth: number): unknown {
  const schema = resolve(given, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (depth > MAX_DEPTH) return null;
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.find((one) => typeOf(one) !== "null");
  if (choice !== undefined) return exampleAt(choice, document, name, depth + 1);
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => exampleAt(part, document, name, depth + 1));
    return Object.assign({}, ...parts.filter((part) => typeof part === "object"));
  }
  if (typeOf(schema) === "object") return exampleObject(schema, document, depth);
  if (typeOf(schema) === "array") return [exampleAt(schema.items ?? {}, document, name, depth + 1)];
  return exampleValue(schema, name);
}

function exampleObject(schema: Schema, document: ApiDocument, depth: number): unknown {
  const { properties = {}, additionalProperties: more } = schema;
  const fields = Object.entries(properties).map(([name, property]) => [
    name,
    exampleAt(property, document, name, depth + 1),
  ]);
  if (fields.length === 0 && typeof more === "object") {
    return { name: exampleAt(more, document, "name", depth + 1) };
  }
  return Object.fromEntries(fields);
}

function exampleValue(schema: Schema, name: string): unknown {
  if (schema.format === "date-time") return "2026-06-01T10:00:00.000Z";
  if (schema.format === "binary") return "(bytes)";
  const known = BY_NAME[name];
  const type = typeOf(schema);
  if (type === "boolean") return schema.default ?? false;
  if (type === "integer" || type === "number") {
    if (typeof schema.default === "number") return schema.default;
    return typeof known === "number" ? known : schema.minimum ?? 1;
  }
  if (typeof schema.default === "string") return schema.default;
  return typeof known === "string" ? known : "text";
}

/** The type of a schema, the one beside `null` where there are two. */
export function typeOf(schema: Schema): string {
  const { type } = schema;
  const one = Array.isArray(type) ? type.find((one) => one !== "null") : type;
  if (one !== undefined) return one;
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return "object";
  return schema.items === undefined ? "any" : "array";
}

/** What a schema is, in a few words: `integer, 1 to 200`, `array of Order`, `text or null`. */
export function typeText(given: Schema, document: ApiDocument): string {
  const name = refName(given);
  if (name !== null) return name;
  const { oneOf, anyOf } = given;
  const choices = oneOf ?? anyOf;
  if (choices !== undefined) {
    return choices.map((choice) => typeText(choice, document)).join(" or ");
  }
  const nullable = Array.isArray(given.type) && given.type.includes("null") ? " or null" : "";
  if (typeOf(given) === "array") {
    return `array of ${typeText(given.items ?? {}, document)}${boundsText(given)}${nullable}`;
  }
  const what = given.format === "date-time"
    ? "time, ISO 8601 UTC"
    : typeOf(given) === "string"
    ? "text"
    : typeOf(given);
  return `${what}${boundsText(given)}${nullable}`;
}

function boundsText(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  if (schema.enum !== undefined) {
    return `: ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    if (low === undefined && high === undefined) return "";
    if (low === undefined) return `, at most ${high}${unit}`;
    return high === undefined ? `, at least ${low}${unit}` : `, ${low} to ${high}${unit}`;
  };
  return range(minimum, maximum, "") + range(minLength, maxLength, " characters") +
    range(minItems, maxItems, " entries");
}
