import type { z } from "@hono/zod-openapi";
import { parseTicket } from "../../../shared/ticket.ts";
import type { orderSchema } from "../../admin/order_schemas.ts";
import type { Page } from "../../orders/order_book.ts";
import { readRefusal, RefusedByApi, refusedForm, take } from "../kit/api_answers.ts";
import { Choice, Field, type FormState, freshForm } from "../kit/form.tsx";
import { page } from "../kit/frame.tsx";
import { Badge, Empty, FilterBar, Money, SaleTabs, stateLabel, Time } from "../kit/parts.tsx";
import { Pager, Table } from "../kit/table.tsx";
import { filtersOf, lastPage, type ListPlace, listPlace, pathWith } from "../list_place.ts";
import { ORDER_STATUSES, reasonText } from "../order_words.ts";
import type { PageApp, PageContext } from "../page_env.ts";

type Order = z.infer<typeof orderSchema>;

const FILTERS = ["saleId", "status", "userId"] as const;

type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

/** `/admin/orders`: all orders, and the file of them. */
export function addOrdersPage(app: PageApp): void {
  app.get("/orders", async (c) => {
    const place = listPlace(c);
    const filters = filtersOf(place.url, FILTERS);
    const { ticket } = filtersOf(place.url, ["ticket"]);
    const form = freshForm({ ...filters, ticket: ticket ?? "" });
    if (ticket !== undefined) {
      if (await ticketIsThere(c, ticket)) {
        return c.redirect(`/admin/orders/${encodeURIComponent(ticket)}`, 303);
      }
      form.errors.ticket = parseTicket(ticket)
        ? "No order has this ticket."
        : "This is no ticket. A ticket looks like 7-3-ann-1000000001.";
    }
    const response = await listOrders(c, filters, place);
    if (!response.ok) {
      const refused = await readRefusal(response);
      if (refused.status !== 400) throw new RefusedByApi(refused);
      return ordersPage(c, {
        form: refusedForm(form.values, { ...refused, errors: refused.errors.map(asSentence) }),
        filters: {},
        found: null,
        place,
      }, 422);
    }
    const found = await take<Page<Order>>(response);
    const last = lastPage(place, found);
    if (last !== null) return c.redirect(last, 303);
    return ordersPage(c, { form, filters, found, place });
  });

  app.get("/orders.csv", async (c) => {
    const filters = filtersOf(new URL(c.req.url), FILTERS);
    const api = c.get("api");
    const response = await api["orders.csv"].$get({ query: { ...filters, bom: "true" } } as never);
    if (response.ok) return response as unknown as Response;
    const { status, detail } = await readRefusal(response);
    const form = freshForm({ ...filters, ticket: "" });
    form.problem = `The file could not be made. ${detail}`;
    const place = listPlace(c);
    return ordersPage(c, { form, filters, found: null, place }, status === 503 ? 503 : 422);
  });
}

function asSentence({ path, message }: { path: string; message: string }) {
  return { path, message: message.startsWith("must") ? `It ${message}.` : message };
}

/** The API checks what filters say, so they are handed on as they were typed. */
function listOrders(c: PageContext, filters: Filters, { query }: ListPlace) {
  return c.get("api").orders.$get({ query: { ...query, ...filters } as typeof query });
}

async function ticketIsThere(c: PageContext, ticket: string): Promise<boolean> {
  if (!parseTicket(ticket)) return false;
  const response = await c.get("api").orders[":ticket"].$get({ param: { ticket } });
  if (response.ok) return true;
  const refused = await readRefusal(response);
  if (refused.status !== 404) throw new RefusedByApi(refused);
  return false;
}

interface Shown {
  form: FormState;
  filters: Filters;
  /** Null when the filters were refused. */
  found: Page<Order> | null;
  place: ListPlace;
}

async function ordersPage(c: PageContext, shown: Shown, status: 200 | 422 | 503 = 200) {
  const { form, filters, found, place } = shown;
  const sales = await salesToChoose(c);
  const sale = sales.find(({ saleId }) => String(saleId) === filters.saleId);
  return page(c, {
    title: sale ? sale.title : "Orders",
    place: "orders",
    styles: ["follow_up.css"],
    ...(sale
      ? {
        crumbs: [{ label: "Sales", path: "/admin/sales" }],
        tabs: <SaleTabs c={c} saleId={sale.saleId} current="orders" />,
      }
      : {}),
    actions: (
      <a class="button" href={pathWith("/admin/orders.csv", filters)} download>
        Download as CSV
      </a>
    ),
    children: (
      <>
        {form.problem && <p class="flash failed" role="alert">{form.problem}</p>}
        <Filters form={form} sales={sales} />
        {found && (
          <>
            <OrderTable c={c} orders={found.items} filtered={Object.keys(filters).length > 0} />
            {found.total > 0 && (
              <Pager url={place.url} page={found.page} per={found.per} total={found.total} />
            )}
          </>
        )}
      </>
    ),
  }, status);
}

/** The newest sales, to choose from; any other can be typed. */
async function salesToChoose(c: PageContext) {
  const response = await c.get("api").sales.$get({ query: { page: "1", per: "50" } });
  return (await take<Page<{ saleId: number; title: string }>>(response)).items;
}

function Filters(
  { form, sales }: { form: FormState; sales: { saleId: number; title: string }[] },
) {
  return (
    <FilterBar action="/admin/orders">
      <Field
        form={form}
        name="ticket"
        label="Ticket"
        type="search"
        attributes={{ autocomplete: "off", placeholder: "A full ticket" }}
      />
      <Field
        form={form}
        name="saleId"
        label="Sale"
        attributes={{ inputmode: "numeric", list: "sales", autocomplete: "off" }}
      />
      <datalist id="sales">
        {sales.map(({ saleId, title }) => (
          <option key={saleId} value={String(saleId)}>{title}</option>
        ))}
      </datalist>
      <Choice
        form={form}
        name="status"
        label="Status"
        options={[
          { value: "", label: "Any" },
          ...ORDER_STATUSES.map((status) => ({ value: status, label: stateLabel(status) })),
        ]}
      />
      <Field form={form} name="userId" label="Buyer" attributes={{ autocomplete: "off" }} />
    </FilterBar>
  );
}

function OrderTable({ c, orders, filtered }: {
  c: PageContext;
  orders: Order[];
  filtered: boolean;
}) {
  return (
    <Table
      caption="Orders, newest first"
      rows={orders}
      empty={filtered
        ? (
          <Empty title="No order fits">
            <p>Clear a filter, or look for a ticket instead.</p>
          </Empty>
        )
        : (
          <Empty title="No orders yet">
            <p>
              Every reservation and every recorded refusal will be listed here, newest first. It
              begins with a sale that is published.
            </p>
            <p>
              <a class="button" href="/admin/sales">To the sales</a>
            </p>
          </Empty>
        )}
      columns={[
        {
          heading: "Ticket",
          cell: ({ ticket }) => (
            <a class="mono" href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>
          ),
        },
        {
          heading: "Written",
          cell: ({ createdAt }) => <Time c={c} at={createdAt} style="second" />,
        },
        {
          heading: "Buyer",
          cell: ({ userId }) => <a href={`/admin/users/${encodeURIComponent(userId)}`}>{userId}</a>,
        },
        {
          heading: "Status",
          cell: ({ status, reason }) => (
            <span title={reason && reasonText(reason)}>
              <Badge state={status} />
            </span>
          ),
        },
        {
          heading: "Quantity",
          numeric: true,
          cell: ({ quantity }) => quantity.toLocaleString("en"),
        },
        {
          heading: "Amount",
          numeric: true,
          cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
        },
      ]}
    />
  );
}
