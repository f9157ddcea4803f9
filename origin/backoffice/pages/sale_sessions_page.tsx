import { readForm, readRefusal } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Field, FormProblem, type FormState, freshForm, TextArea } from "../kit/form.tsx";
import { Csrf, page } from "../kit/frame.tsx";
import { mustBe } from "../kit/problem_page.tsx";
import { Table } from "../kit/table.tsx";
import { TimeField, ZoneField, zoneOfForm } from "../kit/time_fields.tsx";
import { offsetText, timeText } from "../kit/zones.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import { readSale } from "./sale_edit_pages.tsx";
import type { SaleView } from "./sale_form.tsx";
import { MAX_SESSIONS, readSessions, type Session, sessionValues } from "./sale_sessions.ts";

/** `/admin/sales/{id}/sessions`: copies of a sale at other times, shown before they are made. */
export function addSaleSessionsPage(app: PageApp): void {
  app.get("/sales/:id{[0-9]+}/sessions", async (c) => {
    mustBe(c, "operator");
    const { sale } = await readSale(c);
    return sessionsPage(c, sale, freshForm(sessionValues(sale, c.get("zone"))), []);
  });

  app.post("/sales/:id{[0-9]+}/sessions", async (c) => {
    const { sale } = await readSale(c);
    const values = await readForm(c.req.raw);
    const { sessions, errors } = readSessions(values, sale, c.get("zone"));
    if (sessions.length === 0) {
      const problem = "Please look at the marked fields.";
      return sessionsPage(c, sale, { values, errors, problem }, [], 422);
    }
    if (values["do"] !== "make") return sessionsPage(c, sale, freshForm(values), sessions);
    return await makeSessions(c, sale, sessions);
  });
}

/** Makes them one after the other; what was made stays when one is refused. */
async function makeSessions(c: PageContext, sale: SaleView, sessions: Session[]) {
  const { limits, captcha, minLevel, claims, paymentWindowS, maxExpiredHolds } = sale;
  const items = sale.items.map(({ productId, stock, price, perUserLimit }) => ({
    productId,
    stock,
    price,
    perUserLimit,
  }));
  const terms = { limits, captcha, minLevel, claims, paymentWindowS, maxExpiredHolds, items };
  for (const [made, { title, startsAt, endsAt }] of sessions.entries()) {
    const answer = await c.get("api").sales.$post({
      json: {
        ...terms,
        title,
        startsAt: new Date(startsAt).toISOString(),
        endsAt: new Date(endsAt).toISOString(),
      },
    });
    if (answer.status === 201) continue;
    const { detail } = await readRefusal(answer);
    const text = `${made} of ${sessions.length} sessions were made, then: ${detail}.`;
    return redirectWith(c, "/admin/sales", { kind: "failed", text });
  }
  const text = sessions.length === 1
    ? "The session was made as a draft."
    : `${sessions.length} sessions were made as drafts. Each is published by itself.`;
  return redirectWith(c, "/admin/sales", { kind: "done", text });
}

function sessionsPage(
  c: PageContext,
  sale: SaleView,
  form: FormState,
  sessions: Session[],
  status: 200 | 422 = 200,
) {
  const path = `/admin/sales/${sale.saleId}`;
  const zone = zoneOfForm(form.values, c.get("zone"));
  return page(c, {
    title: "Plan several sessions",
    place: "sales",
    crumbs: [{ label: "Sales", path: "/admin/sales" }, { label: sale.title, path }],
    styles: ["shop.css"],
    children: (
      <>
        <form class="card stack" method="post" action={`${path}/sessions`}>
          <Csrf c={c} />
          <p class="quiet">
            Each session is a copy of this sale with the same items, pieces, prices and limits, at
            another time. The hour stays the same on the clocks of the zone, also when they change.
          </p>
          <SessionFields form={form} zone={zone} />
          <div class="actions">
            <button type="submit" class={sessions.length === 0 ? "primary" : undefined}>
              Show the sessions
            </button>
            <a href={path}>Cancel</a>
          </div>
        </form>
        {sessions.length > 0 && (
          <Planned c={c} path={path} values={form.values} sessions={sessions} zone={zone} />
        )}
      </>
    ),
  }, status);
}

function SessionFields({ form, zone }: { form: FormState; zone: string }) {
  const figures = { inputmode: "numeric", autocomplete: "off", class: "figures" };
  return (
    <>
      <FormProblem form={form} />
      <Field
        form={form}
        name="title"
        label="Title"
        hint="{day} stands for the day of each session."
        attributes={{ maxlength: 180 }}
      />
      <div class="fields">
        <TimeField form={form} name="first" label="First session starts" zone={zone} />
        <ZoneField form={form} />
        <Field
          form={form}
          name="count"
          label="Sessions"
          hint={`At most ${MAX_SESSIONS}.`}
          attributes={figures}
        />
        <Field
          form={form}
          name="everyDays"
          label="Days from one to the next"
          hint="1 is every day, 7 every week."
          attributes={figures}
        />
      </div>
      <TextArea
        form={form}
        name="others"
        label="Further sessions"
        hint="One start a line, as 2026-06-01 10:00. May stay empty."
        attributes={{ rows: 3, spellcheck: false, class: "mono" }}
      />
    </>
  );
}

interface PlannedProps {
  c: PageContext;
  path: string;
  values: Record<string, string>;
  sessions: Session[];
  zone: string;
}

/** What will be made, before it is. */
function Planned({ c, path, values, sessions, zone }: PlannedProps) {
  const told = ["title", "first", "first-which", "zone", "count", "everyDays", "others"];
  const label = sessions.length === 1 ? "Make 1 draft" : `Make ${sessions.length} drafts`;
  return (
    <section class="stack" aria-labelledby="planned-title">
      <h2 id="planned-title">These will be made, in {zone}</h2>
      <Table
        caption="Sessions to be made"
        rows={sessions}
        empty=""
        columns={[
          { heading: "Title", cell: ({ title }) => title },
          {
            heading: "Starts",
            cell: ({ startsAt }) => (
              <span>
                {timeText(startsAt, zone)} <span class="quiet">{offsetText(startsAt, zone)}</span>
              </span>
            ),
          },
          {
            heading: "Ends",
            cell: ({ endsAt }) => (
              <span>
                {timeText(endsAt, zone)} <span class="quiet">{offsetText(endsAt, zone)}</span>
              </span>
            ),
          },
          { heading: "Note", cell: ({ note }) => note ?? <span class="quiet">–</span> },
        ]}
      />
      <form method="post" action={`${path}/sessions`} class="actions">
        <Csrf c={c} />
        {told.map((name) => (
          <input key={name} type="hidden" name={name} value={values[name] ?? ""} />
        ))}
        <button type="submit" class="primary" name="do" value="make">{label}</button>
      </form>
    </section>
  );
}
