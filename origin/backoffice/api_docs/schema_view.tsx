import { type ApiDocument, refName, resolve, type Schema } from "./api_document.ts";
import { exampleOf, typeOf, typeText } from "./schema_example.ts";

/** How deep fields are shown below each other; an example shows the rest. */
const MAX_DEPTH = 4;

interface SchemaProps {
  schema: Schema;
  document: ApiDocument;
}

/** A schema with its fields, their bounds and what they mean, and an example of it. */
export function SchemaView({ schema, document }: SchemaProps) {
  const example = JSON.stringify(exampleOf(schema, document), null, 2);
  return (
    <div class="schema">
      <div class="stack">
        <Fields schema={schema} document={document} depth={0} />
      </div>
      <pre tabindex={0} aria-label="Example"><code>{example}</code></pre>
    </div>
  );
}

function Fields({ schema: given, document, depth }: SchemaProps & { depth: number }) {
  const schema = resolve(given, document);
  const name = refName(given);
  if (typeOf(schema) === "array") {
    return (
      <>
        {depth === 0 && <p>{typeText(schema, document)}</p>}
        <Fields schema={schema.items ?? {}} document={document} depth={depth} />
      </>
    );
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return <Choices {...{ choices, document, depth }} />;
  const { properties = {}, required = [], description } = schema;
  const fields = Object.entries(properties);
  if (fields.length === 0) {
    return depth === 0 ? <p>{description ?? typeText(schema, document)}</p> : null;
  }
  return (
    <>
      {depth === 0 && (name || description) && (
        <p>
          {name && <b>{name}</b>} {description}
        </p>
      )}
      <ul class="fields-of">
        {fields.map(([name, property]) => (
          <Field
            name={name}
            schema={property}
            document={document}
            depth={depth}
            required={required.includes(name)}
          />
        ))}
      </ul>
    </>
  );
}

/** One of several forms; those without fields are named in the type already. */
function Choices(
  { choices, document, depth }: { choices: Schema[]; document: ApiDocument; depth: number },
) {
  const shown = choices.filter((choice) => resolve(choice, document).properties !== undefined);
  return (
    <>
      {shown.map((choice, at) => (
        <>
          {shown.length > 1 && <p class="quiet">{at === 0 ? "Either" : "or"}</p>}
          <Fields schema={choice} document={document} depth={depth} />
        </>
      ))}
    </>
  );
}

function Field({ name, schema, document, depth, required }: SchemaProps & {
  name: string;
  depth: number;
  required: boolean;
}) {
  const resolved = resolve(schema, document);
  const text = schema.description ?? resolved.description;
  return (
    <li>
      <code>{name}</code> <span class="quiet">{typeText(schema, document)}</span>
      {!required && <span class="quiet">, may be left out</span>}
      {resolved.default !== undefined && (
        <span class="quiet">, else {JSON.stringify(resolved.default)}</span>
      )}
      {text && <div>{text}</div>}
      {depth < MAX_DEPTH && <Fields schema={schema} document={document} depth={depth + 1} />}
    </li>
  );
}
