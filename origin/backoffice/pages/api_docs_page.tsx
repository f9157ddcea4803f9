import { neededRole } from "../../operators/route_roles.ts";
import { type ApiDocument, groupsOf } from "../api_docs/api_document.ts";
import { RouteView } from "../api_docs/route_view.tsx";
import { SchemaView } from "../api_docs/schema_view.tsx";
import { page } from "../kit/frame.tsx";
import type { PageApp, PageParts } from "../page_env.ts";

/** `/admin/api-docs`: the admin API, made from its own document, with nothing from other hosts. */
export function addApiDocsPage(app: PageApp, { apiDocument }: PageParts): void {
  let known: ApiDocument | null = null;

  app.get("/api-docs", async (c) => {
    known ??= await apiDocument() as ApiDocument;
    const document = known;
    const { pathname } = new URL(document.servers?.[0]?.url ?? "/", c.req.url);
    const baseUrl = new URL(pathname, c.req.url).href.replace(/\/$/, "");
    const groups = groupsOf(document);
    const problem = document.components?.schemas?.Problem;
    return page(c, {
      title: "API",
      place: "api",
      scripts: ["api_docs.js"],
      styles: ["api_docs.css"],
      actions: (
        <a class="button" href={`${pathname}/openapi.json`} download="dropgate-admin-openapi.json">
          Download the document
        </a>
      ),
      children: (
        <>
          <p>
            Everything that the back office does, programs can do: with the token of this
            installation, <code>Authorization: Bearer $ADMIN_TOKEN</code>, at{" "}
            <code>{baseUrl}</code>. Shops and buyers use the API of the edges, which describe it
            themselves at <code>/api/openapi.json</code>.
          </p>
          <div class="field find" hidden>
            <label for="find">Find</label>
            <input id="find" type="search" placeholder="A word, a path or a method" />
            <p class="quiet" role="status" id="found"></p>
          </div>
          <nav class="actions" aria-label="Groups">
            {groups.map(({ name }) => <a key={name} href={`#${anchorOf(name)}`}>{name}</a>)}
            {problem && <a href="#refusals">Refusals</a>}
          </nav>
          {groups.map(({ name, description, routes }) => (
            <section class="routes" id={anchorOf(name)}>
              <h2>{name}</h2>
              {description && <p class="quiet">{description}</p>}
              {routes.map((route) => (
                <RouteView
                  route={route}
                  document={document}
                  role={neededRole(route.method, route.path)}
                  baseUrl={baseUrl}
                />
              ))}
            </section>
          ))}
          {problem && (
            <section class="stack" id="refusals">
              <h2>Refusals</h2>
              <p>
                Every refusal is <code>application/problem+json</code> (RFC 9457) with a{" "}
                <code>code</code> that never changes; faults of single fields stand in{" "}
                <code>errors</code>.
              </p>
              <div class="card">
                <SchemaView schema={problem} document={document} />
              </div>
            </section>
          )}
        </>
      ),
    });
  });
}

function anchorOf(name: string): string {
  return `group-${name.toLowerCase().replaceAll(/\W+/g, "-")}`;
}
