import type { z } from "@hono/zod-openapi";
import type { blockSchema } from "../../admin/blocklist_schemas.ts";
import type { Page } from "../../orders/order_book.ts";
import { blockLines, MAX_BLOCK_LINES, readBlockLine } from "../block_lines.ts";
import { addBlocks, type BlockOutcome, Outcomes } from "../block_outcomes.tsx";
import { readForm, readRefusal, RefusedByApi } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, type FormState, freshForm, TextArea } from "../kit/form.tsx";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Confirm, Empty, FilterBar, Time } from "../kit/parts.tsx";
import { Pager, Table } from "../kit/table.tsx";
import { filtersOf, lastPage, listPlace } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";

type Block = z.infer<typeof blockSchema>;

/** `/admin/blocklist`: users and networks that may not buy. */
export function addBlocklistPage(app: PageApp): void {
  app.get("/blocklist", (c) => blocklistPage(c, {}));

  app.post("/blocklist", async (c) => {
    const values = await readForm(c.req);
    const refuse = (text: string) =>
      blocklistPage(c, { one: { values, errors: { entry: text }, problem: null } }, 422);
    const entry = values.entry?.trim() ?? "";
    if (entry === "") return await refuse("Enter a user id, an address or a network.");
    const { kind, text } = (await addBlocks(c, [entry]))[0]!;
    if (kind === "refused") return await refuse(text);
    return redirectWith(c, "/admin/blocklist", { kind: "done", text });
  });

  app.post("/blocklist/many", async (c) => {
    const values = await readForm(c.req);
    const lines = blockLines(values.entries ?? "");
    const fault = lines.length === 0
      ? "Enter one entry a line."
      : lines.length > MAX_BLOCK_LINES
      ? `At most ${MAX_BLOCK_LINES} lines are taken at once: these are ${lines.length}.`
      : null;
    if (fault !== null) {
      const many = { values, errors: { entries: fault }, problem: null };
      return await blocklistPage(c, { many }, 422);
    }
    const outcomes = await addBlocks(c, lines);
    const refused = outcomes.filter(({ kind }) => kind === "refused").map(({ line }) => line);
    const many = freshForm({ entries: refused.join("\n") });
    return await blocklistPage(c, { many, outcomes });
  });

  app.post("/blocklist/:id/remove", async (c) => {
    const param = { id: c.req.param("id") };
    const response = await c.get("api").blocklist[":id"].$delete({ param });
    if (response.ok) {
      const text = "The block is lifted, on every edge within a second.";
      return redirectWith(c, "/admin/blocklist", { kind: "done", text });
    }
    const refused = await readRefusal(response);
    if (refused.status !== 404) throw new RefusedByApi(refused);
    const text = "Nothing was changed: somebody lifted this block before.";
    return redirectWith(c, "/admin/blocklist", { kind: "failed", text });
  });
}

interface Sent {
  /** The form of one entry, when it was refused. */
  one?: FormState;
  /** That of many. */
  many?: FormState;
  outcomes?: BlockOutcome[];
}

async function blocklistPage(c: PageContext, sent: Sent, status: 200 | 422 = 200) {
  const place = listPlace(c);
  const { find = "" } = filtersOf(place.url, ["find"]);
  const form = freshForm({ find });
  const found = await readList(c, find, place.query, form);
  const last = c.req.method === "GET" && lastPage(place, found);
  if (last) return c.redirect(last, 303);
  return page(c, {
    title: "Block list",
    place: "blocklist",
    styles: ["follow_up.css"],
    children: (
      <>
        {sent.outcomes && <Outcomes outcomes={sent.outcomes} />}
        {may(c) && <AddForms c={c} sent={sent} />}
        <FilterBar action="/admin/blocklist">
          <Field
            form={form}
            name="find"
            label="Look up"
            type="search"
            attributes={{ autocomplete: "off", placeholder: "A user id or a network" }}
          />
        </FilterBar>
        {form.errors.find === undefined && (
          <Blocks c={c} blocks={found.items} filtered={find !== ""} />
        )}
        {found.total > 0 && c.req.method === "GET" && <Pager url={place.url} {...found} />}
      </>
    ),
  }, status);
}

/** The list, or that one entry; what can be no entry is said beside the field. */
async function readList(
  c: PageContext,
  find: string,
  query: { page: string; per: string },
  form: FormState,
): Promise<Page<Block>> {
  const filter = find === "" ? {} : readBlockLine(find);
  const response = await c.get("api").blocklist.$get({ query: { ...query, ...filter } });
  if (response.ok) return await response.json() as Page<Block>;
  const refused = await readRefusal(response);
  if (refused.status !== 400) throw new RefusedByApi(refused);
  form.errors.find = `This ${refused.errors[0]?.message ?? "cannot be looked up"}.`;
  return { items: [], page: 1, per: Number(query.per), total: 0 };
}

const ENTRY_HINT = "As ann, 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32. " +
  "Write user: in front of a user id that looks like an address.";

function AddForms({ c, sent: { one = freshForm(), many = freshForm() } }: {
  c: PageContext;
  sent: Sent;
}) {
  return (
    <section class="card stack">
      <h2>Block somebody</h2>
      <form method="post" action="/admin/blocklist" class="stack">
        <Csrf c={c} />
        <Field
          form={one}
          name="entry"
          label="User id, address or network"
          hint={ENTRY_HINT}
          attributes={{ autocomplete: "off", spellcheck: "false" }}
        />
        <div class="actions">
          <button type="submit" class="primary">Block</button>
        </div>
      </form>
      <details open={many.values.entries !== undefined && many.values.entries !== ""}>
        <summary>Block many at once</summary>
        <form method="post" action="/admin/blocklist/many" class="stack">
          <Csrf c={c} />
          <TextArea
            form={many}
            name="entries"
            label="Entries, one a line"
            hint={`At most ${MAX_BLOCK_LINES}. What becomes of each is told line by line.`}
            attributes={{ rows: 8, spellcheck: "false" }}
          />
          <div class="actions">
            <button type="submit">Block all of these</button>
          </div>
        </form>
      </details>
    </section>
  );
}

function Blocks({ c, blocks, filtered }: { c: PageContext; blocks: Block[]; filtered: boolean }) {
  return (
    <Table
      caption="Blocked users and networks, newest first"
      rows={blocks}
      empty={
        <Empty title={filtered ? "Not blocked" : "Nobody is blocked"}>
          <p>
            {filtered
              ? "There is no such entry. A network is found by its own entry only, not by one that holds it."
              : "Users and networks that you block are refused by every edge within a second."}
          </p>
        </Empty>
      }
      columns={[
        {
          heading: "Blocked",
          cell: ({ userId, cidr }) =>
            userId === undefined
              ? <code>{cidr}</code>
              : <a href={`/admin/users/${encodeURIComponent(userId)}`}>{userId}</a>,
        },
        { heading: "What", cell: ({ userId }) => userId === undefined ? "Network" : "User" },
        { heading: "Since", cell: ({ createdAt }) => <Time c={c} at={createdAt} /> },
        ...(may(c)
          ? [{
            heading: "",
            cell: ({ id, userId, cidr }: Block) => (
              <Confirm
                c={c}
                id={`remove-${id}`}
                action={`/admin/blocklist/${id}/remove`}
                label="Lift the block"
                look="small"
                question={<p>{userId ?? cidr} may buy again, on every edge within a second.</p>}
              />
            ),
          }]
          : []),
      ]}
    />
  );
}
