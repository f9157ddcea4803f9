import type { PaymentView } from "../../admin/payment_schemas.ts";
import type { Page } from "../../orders/order_book.ts";
import { readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Confirm, Empty, Money, Time } from "../kit/parts.tsx";
import { Pager, Table } from "../kit/table.tsx";
import { lastPage, listPlace, pathWith } from "../list_place.ts";
import { PaymentBadge } from "../payment_badge.tsx";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";

/** The lists of payments, each with what it is for. */
const TABS = [
  { state: "refund_due", label: "To give back" },
  { state: "refunded", label: "Given back" },
  { state: "stored", label: "Waiting for their order" },
  { state: "applied", label: "Paid an order" },
] as const;

type State = (typeof TABS)[number]["state"];

/** `/admin/refunds`: captured money that is to be given back, and what became of the rest. */
export function addRefundsPage(app: PageApp, parts: PageParts): void {
  const byItself = parts.admin.gateway.givesBack;

  app.get("/refunds", async (c) => {
    const place = listPlace(c);
    const state = readState(c);
    const query = { ...place.query, state };
    const found = await take<Page<PaymentView>>(await c.get("api").payments.$get({ query }));
    const last = lastPage(place, found);
    if (last !== null) return c.redirect(last, 303);
    return page(c, {
      title: "Refunds",
      place: "refunds",
      styles: ["follow_up.css"],
      tabs: <Tabs current={state} />,
      children: (
        <>
          {state === "refund_due" && (
            <p class="quiet">
              {byItself
                ? "Money that no order can take. The payment provider is asked to give it back, " +
                  "again and again with growing pauses; after ten tries it is up to you."
                : "Money that no order can take. No payment provider gives it back by itself " +
                  "here: do it where you took it, then say so."}
            </p>
          )}
          <Payments c={c} payments={found.items} state={state} byItself={byItself} />
          {found.total > 0 && (
            <Pager url={place.url} page={found.page} per={found.per} total={found.total} />
          )}
        </>
      ),
    });
  });

  app.post("/refunds/:id/retry", async (c) => {
    const param = { id: c.req.param("id") };
    const response = await c.get("api").payments[":id"].retry.$post({ param });
    return await tell(c, response, "The refund is tried again at once.");
  });

  app.post("/refunds/:id/refunded", async (c) => {
    const param = { id: c.req.param("id") };
    const response = await c.get("api").payments[":id"].refunded.$post({ param });
    return await tell(c, response, "Written down: the money was given back by hand.");
  });
}

function readState(c: PageContext): State {
  const given = c.req.query("state");
  return TABS.find(({ state }) => state === given)?.state ?? "refund_due";
}

/** Back to where the button was, with what came of it. */
async function tell(
  c: PageContext,
  response: Pick<Response, "ok" | "status"> & { json(): Promise<unknown> },
  done: string,
) {
  const back = pathWith("/admin/refunds", { state: readState(c), page: c.req.query("page") });
  if (response.ok) return redirectWith(c, back, { kind: "done", text: done });
  const { detail } = await readRefusal(response);
  return redirectWith(c, back, { kind: "failed", text: `Nothing was changed. ${detail}.` });
}

function Tabs({ current }: { current: State }) {
  return (
    <nav class="tabs" aria-label="Payments by state">
      {TABS.map(({ state, label }) => (
        <a
          href={`/admin/refunds?state=${state}`}
          aria-current={state === current ? "page" : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}

const EMPTY: Record<State, { title: string; text: string }> = {
  refund_due: {
    title: "Nothing is to be given back",
    text:
      "A payment that arrives for an order that is cancelled, refused or already paid will be " +
      "listed here until it is given back.",
  },
  refunded: {
    title: "Nothing was given back yet",
    text: "Refunds that are done will be listed here, by the provider or by hand.",
  },
  stored: {
    title: "No payment waits for its order",
    text: "A payment can arrive before its order is written. It waits here for a moment.",
  },
  applied: {
    title: "No order was paid yet",
    text: "Every captured payment that paid its order will be listed here.",
  },
};

function Payments({ c, payments, state, byItself }: {
  c: PageContext;
  payments: PaymentView[];
  state: State;
  byItself: boolean;
}) {
  const { title, text } = EMPTY[state];
  return (
    <Table
      caption="Payments, newest first"
      rows={payments}
      empty={
        <Empty title={title}>
          <p>{text}</p>
        </Empty>
      }
      columns={[
        {
          heading: "Order",
          cell: ({ ticket, paymentId }) => (
            <div class="two">
              <a class="mono" href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>
              <span class="quiet">
                Payment <span class="mono">{paymentId}</span>
              </span>
            </div>
          ),
        },
        {
          heading: "Amount",
          numeric: true,
          cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
        },
        { heading: "Captured", cell: ({ createdAt }) => <Time c={c} at={createdAt} /> },
        ...(state === "refund_due"
          ? [
            { heading: "Tries", cell: (payment: PaymentView) => <Tries c={c} {...{ payment }} /> },
            ...(may(c)
              ? [{
                heading: "",
                cell: (payment: PaymentView) => <Buttons c={c} {...{ payment, byItself }} />,
              }]
              : []),
          ]
          : [{
            heading: "State",
            cell: ({ state }: PaymentView) => <PaymentBadge state={state} />,
          }]),
      ]}
    />
  );
}

function Tries({ c, payment }: { c: PageContext; payment: PaymentView }) {
  const { refundAttempts, refundError, nextRefundAt } = payment;
  return (
    <div>
      {refundAttempts === 0 ? "None yet" : `${refundAttempts} so far`}
      {nextRefundAt !== undefined && (
        <>
          , next <Time c={c} at={nextRefundAt} style="clock" />
        </>
      )}
      {refundError !== undefined && <p class="error">{refundError}</p>}
    </div>
  );
}

function Buttons(
  { c, payment, byItself }: { c: PageContext; payment: PaymentView; byItself: boolean },
) {
  const place = { state: readState(c), page: c.req.query("page") };
  const action = (verb: string) => pathWith(`/admin/refunds/${payment.id}/${verb}`, place);
  return (
    <div class="actions">
      {byItself && (
        <form method="post" action={action("retry")}>
          <Csrf c={c} />
          <button type="submit" class="small">Try again now</button>
        </form>
      )}
      <Confirm
        c={c}
        id={`refunded-${payment.id}`}
        action={action("refunded")}
        label="Given back by hand"
        look="small"
        question={
          <p>
            Say so only when the buyer has{" "}
            <Money amount={payment.amount} currency={payment.currency} />{" "}
            back: nobody will try again, and the order counts as refunded. This cannot be undone.
          </p>
        }
      />
    </div>
  );
}
