import type { Role } from "../../operators/principal.ts";
import type { ApiDocument, Content, Parameter, Route } from "./api_document.ts";
import { curlText } from "./curl_text.ts";
import { typeText } from "./schema_example.ts";
import { SchemaView } from "./schema_view.tsx";

interface RouteProps {
  route: Route;
  document: ApiDocument;
  /** Who may call it. */
  role: Role;
  /** Where the API is. */
  baseUrl: string;
}

/** One route, closed until somebody wants to see it. */
export function RouteView({ route, document, role, baseUrl }: RouteProps) {
  const { method, path, summary, description, operationId, parameters = [] } = route;
  const json = route.requestBody?.content["application/json"]?.schema;
  return (
    <details
      class="route"
      id={operationId}
      data-find={`${method} ${path} ${summary} ${operationId}`}
    >
      <summary>
        <span class={`method ${method.toLowerCase()}`}>{method}</span>
        <code>{path.replaceAll("/", "/\u200b")}</code>
        <span class="quiet">{summary}</span>
        <span class="badge">{role}</span>
      </summary>
      <div class="stack">
        {description && <p>{description}</p>}
        {parameters.length > 0 && <Parameters parameters={parameters} document={document} />}
        {json && (
          <section>
            <h4>Body</h4>
            <SchemaView schema={json} document={document} />
          </section>
        )}
        {route.requestBody && !json && (
          <section>
            <h4>Body</h4>
            <p>{Object.keys(route.requestBody.content).join(", ")}</p>
          </section>
        )}
        <Answers route={route} document={document} />
        <section>
          <h4>Try it</h4>
          <pre tabindex={0} aria-label={`curl of ${operationId}`}>
            <code>{curlText(route, document, baseUrl)}</code>
          </pre>
        </section>
      </div>
    </details>
  );
}

const PLACES: Record<Parameter["in"], string> = {
  path: "in the path",
  query: "in the query",
  header: "a header",
  cookie: "a cookie",
};

function Parameters(
  { parameters, document }: { parameters: Parameter[]; document: ApiDocument },
) {
  return (
    <section>
      <h4>Parameters</h4>
      <ul class="fields-of">
        {parameters.map(({ name, in: place, required, description, schema = {} }) => (
          <li>
            <code>{name}</code>{" "}
            <span class="quiet">{PLACES[place]}: {typeText(schema, document)}</span>
            {!required && <span class="quiet">, may be left out</span>}
            {schema.default !== undefined && (
              <span class="quiet">, else {JSON.stringify(schema.default)}</span>
            )}
            {(description ?? schema.description) && <div>{description ?? schema.description}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answers({ route, document }: { route: Route; document: ApiDocument }) {
  return (
    <section>
      <h4>Answers</h4>
      <ul class="plain-list answers">
        {Object.entries(route.responses).map(([status, { description, content }]) => (
          <li>
            <b class="figure">{status}</b> {description}
            <AnswerBody content={content} document={document} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What an answer carries; refusals are all problems and told once for all routes. */
function AnswerBody(
  { content = {}, document }: { content: Content | undefined; document: ApiDocument },
) {
  const json = content["application/json"]?.schema;
  if (json) return <SchemaView schema={json} document={document} />;
  const others = Object.keys(content).filter((type) => type !== "application/problem+json");
  return others.length === 0 ? null : <p class="quiet">{others.join(", ")}</p>;
}
