import { readForm, readRefusal, refusedForm, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { freshForm } from "../kit/form.tsx";
import { page } from "../kit/frame.tsx";
import { pageOfQuery } from "../kit/list_query.ts";
import { Badge, Empty, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import { lastPage, listPlace } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import { NewOperatorForm, type OperatorView, roleOf } from "./operator_forms.tsx";

const PLACE = "operators" as const;

/** `/admin/operators` and `/admin/operators/new`. */
export function addOperatorsPage(app: PageApp): void {
  app.get("/operators", async (c) => {
    const { page: number, per } = pageOfQuery(c);
    const query = { page: String(number), per: String(per) };
    const { items, total } = await take<{ items: OperatorView[]; total: number }>(
      await c.get("api").operators.$get({ query }),
    );
    const last = lastPage(listPlace(c), { items, total });
    if (last !== null) return c.redirect(last, 303);
    return page(c, {
      title: "Operators",
      place: PLACE,
      actions: <a class="button primary" href="/admin/operators/new">Add an operator</a>,
      children: (
        <>
          <Table
            caption="Operators"
            columns={columnsOf(c)}
            rows={items}
            empty={<NoOperators />}
          />
          {total > 0 && <Pager url={new URL(c.req.url)} page={number} per={per} total={total} />}
        </>
      ),
    });
  });

  app.get("/operators/new", (c) => newPage(c, freshForm({ role: "operator" })));

  app.post("/operators/new", async (c) => {
    const { name = "", role = "", password = "" } = await readForm(c.req.raw);
    const json = { name: name.trim(), role: roleOf(role), password };
    const response = await c.get("api").operators.$post({ json });
    if (!response.ok) {
      return newPage(c, refusedForm({ name, role }, await readRefusal(response)), 422);
    }
    return redirectWith(c, "/admin/operators", {
      kind: "done",
      text: `${json.name} was added. Tell the password in person: it is shown nowhere.`,
    });
  });
}

function newPage(c: PageContext, form: ReturnType<typeof freshForm>, status: 200 | 422 = 200) {
  return page(c, {
    title: "Add an operator",
    place: PLACE,
    crumbs: [{ label: "Operators", path: "/admin/operators" }],
    children: <NewOperatorForm c={c} form={form} />,
  }, status);
}

function columnsOf(c: PageContext): Column<OperatorView>[] {
  const own = c.get("principal").operatorId;
  return [
    {
      heading: "Name",
      cell: ({ id, name }) => (
        <span>
          <a href={`/admin/operators/${id}`}>{name}</a>{" "}
          {id === own && <Badge label="you" tone="accent" />}
        </span>
      ),
    },
    { heading: "Role", cell: ({ role }) => role },
    { heading: "State", cell: (operator) => <OperatorState c={c} operator={operator} /> },
    { heading: "Added", cell: ({ createdAt }) => <Time c={c} at={createdAt} /> },
  ];
}

/** Whether an operator can sign in. */
export function OperatorState({ c, operator }: { c: PageContext; operator: OperatorView }) {
  if (operator.disabled) return <Badge label="Disabled" tone="bad" />;
  if (operator.lockedUntil === null) return <Badge label="Active" tone="good" />;
  return (
    <span>
      <Badge label="Locked" tone="warn" /> until{" "}
      <Time c={c} at={operator.lockedUntil} style="clock" />
    </span>
  );
}

function NoOperators() {
  return (
    <Empty title="No operators yet">
      <p>Everybody who works here needs a name of their own, so that the audit log knows them.</p>
    </Empty>
  );
}
