/** A schema of an OpenAPI 3.1 document, as far as ours go. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

/** What a body or an answer is made of, by its media type. */
export type Content = Record<string, { schema?: Schema }>;

/** A parameter of a path, a query or a header. */
export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

/** One method of one path. */
export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

/** An OpenAPI 3.1 document. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  servers?: { url: string }[];
  /** Groups, in their order. */
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** An operation with its address. */
export interface Route extends Operation {
  /** In capitals. */
  method: string;
  /** Below the server's url, with parameters in braces. */
  path: string;
  /** Unique in the document; also the name of its place on the page. */
  operationId: string;
}

/** Routes that belong together. */
export interface RouteGroup {
  name: string;
  description: string;
  routes: Route[];
}

/** The methods of a path that are operations; a path item may hold more than those. */
const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * Every route by its first tag: groups in the order in which the document names them, those that it
 * does not name behind them.
 */
export function groupsOf(document: ApiDocument): RouteGroup[] {
  const groups = new Map<string, Route[]>(document.tags?.map(({ name }) => [name, []]));
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = methods[method];
      if (operation === undefined) continue;
      const name = operation.tags?.[0] ?? "Other";
      const operationId = operation.operationId ?? `${method}${path.replaceAll(/\W+/g, "-")}`;
      const route = { ...operation, method: method.toUpperCase(), path, operationId };
      const group = groups.get(name);
      if (group) group.push(route);
      else groups.set(name, [route]);
    }
  }
  const descriptions = new Map(document.tags?.map(({ name, description }) => [name, description]));
  return [...groups]
    .filter(([, routes]) => routes.length > 0)
    .map(([name, routes]) => ({ name, description: descriptions.get(name) ?? "", routes }));
}

const REF = /^#\/components\/schemas\/([^/]+)$/;

/** The name of what a schema refers to; null for one that stands for itself. */
export function refName({ $ref }: Schema): string | null {
  return $ref === undefined ? null : REF.exec($ref)?.[1] ?? null;
}

/** The schema itself, or what it refers to; one that leads nowhere may be anything. */
export function resolve(schema: Schema, document: ApiDocument): Schema {
  const name = refName(schema);
  if (name === null) return schema;
  return document.components?.schemas?.[name] ?? {};
}
