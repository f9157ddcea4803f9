import { AUDITED_ROUTES } from "../../operators/audited_routes.ts";
import { take } from "../kit/api_answers.ts";
import { Choice, Field, type FormState } from "../kit/form.tsx";
import { page } from "../kit/frame.tsx";
import { pageOfQuery } from "../kit/list_query.ts";
import { Badge, Empty, FilterBar, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import { readLocalTime } from "../kit/zones.ts";
import { lastPage, listPlace } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import { actionText, type AuditView, Changes, Target } from "./audit_entry.tsx";

/** Actions that have no route of the API. */
const OTHER_ACTIONS = ["sign_in", "sign_in_failed", "sign_out", "operator.set_up", "setup_failed"];

/** What can be looked for: every kind, then every action. */
const ACTIONS = (() => {
  const actions = [...new Set([...AUDITED_ROUTES.map(({ action }) => action), ...OTHER_ACTIONS])];
  const kinds = Map.groupBy(actions.toSorted(), (action) => action.split(".")[0]!);
  return [...kinds].flatMap(([kind, members]) => {
    const all = { value: kind, label: `${actionText(kind)}: everything` };
    const each = members.map((action) => ({ value: action, label: actionText(action) }));
    return members.length > 1 ? [all, ...each] : each;
  });
})();

/** Longest filter; the API takes no more either. */
const MAX_FILTER = { actor: 64, target: 160, action: 64 } as const;

/** `/admin/audit`: who changed what, when, from what to what. */
export function addAuditPage(app: PageApp): void {
  app.get("/audit", async (c) => {
    const form = readFilters(c);
    const { page: number, per } = pageOfQuery(c);
    const { items, total } = await take<{ items: AuditView[]; total: number }>(
      await c.get("api").audit.$get({
        query: { page: String(number), per: String(per), ...queryOf(c, form) },
      }),
    );
    const last = lastPage(listPlace(c), { items, total });
    if (last !== null) return c.redirect(last, 303);
    const isFiltered = Object.values(form.values).some((value) => value !== "");
    return page(c, {
      title: "Audit log",
      place: "audit",
      children: (
        <>
          <Filters form={form} />
          <Table
            caption="Changes, newest first"
            columns={columnsOf(c)}
            rows={items}
            empty={isFiltered ? <NothingFound /> : <NoChanges />}
          />
          {total > 0 && <Pager url={new URL(c.req.url)} page={number} per={per} total={total} />}
        </>
      ),
    });
  });
}

function readFilters(c: PageContext): FormState {
  const values: Record<string, string> = {};
  for (const [name, most] of Object.entries(MAX_FILTER)) {
    values[name] = (c.req.query(name) ?? "").replaceAll(/\p{Cc}/gu, "").trim().slice(0, most);
  }
  const errors: Record<string, string> = {};
  for (const name of ["from", "to"]) {
    const text = (c.req.query(name) ?? "").slice(0, 30);
    values[name] = text;
    if (text !== "" && instantOf(c, text) === null) errors[name] = "Enter a date and a time.";
  }
  return { values, errors, problem: null };
}

/** A local time of the viewer's zone; of one that comes twice or never, the earlier reading. */
function instantOf(c: PageContext, text: string): string | null {
  const time = readLocalTime(text, c.get("zone"));
  switch (time.kind) {
    case "instant":
      return new Date(time.ms).toISOString();
    case "twice":
      return new Date(time.earlier).toISOString();
    case "skipped":
      return instantOf(c, time.later);
    case "invalid":
      return null;
  }
}

function queryOf(c: PageContext, { values }: FormState): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of Object.keys(MAX_FILTER)) {
    if (values[name]) query[name] = values[name];
  }
  for (const name of ["from", "to"]) {
    const instant = values[name] ? instantOf(c, values[name]) : null;
    if (instant !== null) query[name] = instant;
  }
  return query;
}

function Filters({ form }: { form: FormState }) {
  const known = ACTIONS.some(({ value }) => value === form.values["action"]);
  const action = form.values["action"] ?? "";
  const given = known || action === "" ? [] : [{ value: action, label: actionText(action) }];
  return (
    <FilterBar action="/admin/audit">
      <Field
        form={form}
        name="actor"
        label="Who"
        type="search"
        attributes={{ maxlength: MAX_FILTER.actor, autocapitalize: "none" }}
      />
      <Choice
        form={form}
        name="action"
        label="Action"
        options={[{ value: "", label: "Everything" }, ...given, ...ACTIONS]}
      />
      <Field
        form={form}
        name="target"
        label="On what"
        type="search"
        attributes={{ maxlength: MAX_FILTER.target, placeholder: "sale/7", autocapitalize: "none" }}
      />
      <Field form={form} name="from" label="From" type="datetime-local" />
      <Field form={form} name="to" label="Before" type="datetime-local" />
    </FilterBar>
  );
}

function columnsOf(c: PageContext): Column<AuditView>[] {
  return [
    { heading: "When", cell: ({ when }) => <Time c={c} at={when} style="second" /> },
    { heading: "Who", cell: (entry) => <Who entry={entry} /> },
    { heading: "Action", cell: ({ action }) => actionText(action) },
    { heading: "On", cell: ({ target }) => <Target target={target} /> },
    { heading: "Outcome", cell: ({ state }) => <Badge state={state} /> },
    { heading: "What changed", cell: (entry) => <Changes c={c} entry={entry} /> },
  ];
}

/** The token is an admin and says so by its name. */
function Who({ entry: { who, role, via } }: { entry: AuditView }) {
  if (role === "none" || via === "token") return <>{who}</>;
  return (
    <span>
      {who} <span class="quiet">{role}</span>
    </span>
  );
}

function NoChanges() {
  return (
    <Empty title="Nothing was changed yet">
      <p>
        Every change that somebody makes here or through the API is written down, with the state
        before and after it.
      </p>
    </Empty>
  );
}

function NothingFound() {
  return (
    <Empty title="Nothing found">
      <p>No change fits these filters.</p>
      <p>
        <a class="button" href="/admin/audit">Show all changes</a>
      </p>
    </Empty>
  );
}
