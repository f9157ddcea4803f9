import { type ApiDocument, type Route } from "./api_document.ts";
import { exampleOf } from "./schema_example.ts";

/**
 * A call of a route as it is typed in a shell. `baseUrl` is where the API is, as
 * `http://127.0.0.1:9000/admin/api`; the token comes from the environment.
 */
export function curlText(route: Route, document: ApiDocument, baseUrl: string): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = route.parameters?.find((one) => one.in === "path" && one.name === name)?.schema;
    const value = exampleOf({ properties: { [name]: schema ?? {} } }, document);
    return encodeURIComponent(String((value as Record<string, unknown>)[name]));
  });
  const lines = [
    route.method === "GET" ? "curl" : `curl -X ${route.method}`,
    '  -H "Authorization: Bearer $ADMIN_TOKEN"',
  ];
  const [type, content] = Object.entries(route.requestBody?.content ?? {})[0] ?? [];
  if (type === "application/json") {
    lines.push('  -H "Content-Type: application/json"');
    lines.push(`  -d ${quoted(JSON.stringify(exampleOf(content?.schema ?? {}, document)))}`);
  } else if (type !== undefined) {
    lines.push(`  -H "Content-Type: ${type}"`, "  --data-binary @FILE");
  }
  lines.push(`  ${quoted(baseUrl + path)}`);
  return lines.join(" \\\n");
}

/** Text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
