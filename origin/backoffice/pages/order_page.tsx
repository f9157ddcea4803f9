import type { OrderDetail } from "../../admin/order_detail.ts";
import { readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { may, page } from "../kit/frame.tsx";
import { Badge, Confirm, Facts, Money, Time } from "../kit/parts.tsx";
import { Table } from "../kit/table.tsx";
import { reasonText } from "../order_words.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import { PaymentBadge } from "../payment_badge.tsx";

/** `/admin/orders/{ticket}`: everything that is known of one ticket. */
export function addOrderPage(app: PageApp): void {
  app.get("/orders/:ticket", async (c) => {
    const param = { ticket: c.req.param("ticket") };
    const order = await take<OrderDetail>(await c.get("api").orders[":ticket"].$get({ param }));
    return orderPage(c, order, await readNames(c, order));
  });

  app.post("/orders/:ticket/cancel", async (c) => {
    const ticket = c.req.param("ticket");
    const response = await c.get("api").orders[":ticket"].cancel.$post({ param: { ticket } });
    const back = `/admin/orders/${encodeURIComponent(ticket)}`;
    if (response.ok) {
      const text = "The order is cancelled. Its pieces go back on sale within a second.";
      return redirectWith(c, back, { kind: "done", text });
    }
    const { detail } = await readRefusal(response);
    return redirectWith(c, back, { kind: "failed", text: `It was not cancelled. ${detail}.` });
  });
}

/** What an order is of, by name; by number where the sale or product cannot be read. */
interface OrderNames {
  sale: string;
  product: string;
}

async function readNames(
  c: PageContext,
  { saleId, productId }: OrderDetail,
): Promise<OrderNames> {
  const api = c.get("api");
  const [sale, product] = await Promise.all([
    api.sales[":id"].$get({ param: { id: String(saleId) } }),
    api.products[":id"].$get({ param: { id: String(productId) } }),
  ]);
  return {
    sale: sale.status === 200 ? (await sale.json()).title : `Sale ${saleId}`,
    product: product.status === 200 ? (await product.json()).name : `Product ${productId}`,
  };
}

function orderPage(c: PageContext, order: OrderDetail, names: OrderNames) {
  return page(c, {
    title: order.ticket,
    place: "orders",
    crumbs: [{ label: "Orders", path: "/admin/orders" }],
    beside: <Badge state={order.status} />,
    actions: order.status === "unpaid" && may(c) && <CancelButton c={c} order={order} />,
    children: (
      <>
        {order.reason && <p>{reasonText(order.reason)}.</p>}
        {!order.recorded && order.status === "processing" && (
          <p>
            The ledger holds this reservation; the order book has no row of it yet. Load the page
            again in a moment.
          </p>
        )}
        <div class="columns">
          <section class="card stack">
            <h2>What was bought</h2>
            <Bought order={order} names={names} />
          </section>
          <section class="card stack">
            <h2>Times</h2>
            <Times c={c} order={order} />
          </section>
        </div>
        <Payments c={c} order={order} />
        <Stock c={c} order={order} />
        <Parked order={order} />
      </>
    ),
  });
}

function CancelButton({ c, order }: { c: PageContext; order: OrderDetail }) {
  return (
    <Confirm
      c={c}
      id="cancel-order"
      action={`/admin/orders/${encodeURIComponent(order.ticket)}/cancel`}
      label="Cancel the order"
      dismiss="Keep it"
      danger
      question={
        <p>
          The buyer loses {order.quantity === 1 ? "the piece" : `all ${order.quantity} pieces`}, and
          {" "}
          {order.quantity === 1 ? "it goes" : "they go"}{" "}
          back on sale. A payment that arrives later is given back. This cannot be undone.
        </p>
      }
    />
  );
}

function Bought({ order, names }: { order: OrderDetail; names: OrderNames }) {
  const { userId, saleId, productId, quantity, amount, currency, requestId } = order;
  const replayed = requestId?.startsWith("replay-") ? requestId.slice("replay-".length) : null;
  return (
    <Facts
      facts={[
        [
          "Buyer",
          <span key="buyer" class="actions">
            <a href={`/admin/users/${encodeURIComponent(userId)}`}>{userId}</a>
            <a class="quiet" href={`/admin/orders?userId=${encodeURIComponent(userId)}`}>
              all orders
            </a>
          </span>,
        ],
        ["Sale", <a key="sale" href={`/admin/sales/${saleId}`}>{names.sale}</a>],
        ["Product", <a key="product" href={`/admin/products/${productId}`}>{names.product}</a>],
        ["Quantity", <span key="quantity" class="figure">{quantity.toLocaleString("en")}</span>],
        ["Amount", <Money key="amount" amount={amount} currency={currency} />],
        ["Currency", currency],
        replayed === null ? null : [
          "Replay of",
          <a key="replayed" class="mono" href={`/admin/orders/${encodeURIComponent(replayed)}`}>
            {replayed}
          </a>,
        ],
        requestId === undefined ? null : ["Idempotency key", <code key="key">{requestId}</code>],
        order.messageId === undefined
          ? null
          : ["Message", <code key="message">{order.messageId}</code>],
      ]}
    />
  );
}

function Times({ c, order }: { c: PageContext; order: OrderDetail }) {
  const at = (time: string | undefined) => time && <Time c={c} at={time} style="second" named />;
  return (
    <Facts
      facts={[
        order.createdAt === undefined ? null : ["Written", at(order.createdAt)],
        order.payBy === undefined
          ? null
          : [order.status === "unpaid" ? "Pay by" : "Was to be paid by", at(order.payBy)],
        order.updatedAt === undefined ? null : ["Last change", at(order.updatedAt)],
        order.recorded ? null : ["In the order book", "Not yet"],
      ]}
    />
  );
}

function Payments({ c, order }: { c: PageContext; order: OrderDetail }) {
  return (
    <section class="stack">
      <h2>Payments</h2>
      <Table
        caption="Payments of this order"
        rows={order.payments}
        empty={<p>No payment was captured for this ticket.</p>}
        columns={[
          { heading: "Payment", cell: ({ paymentId }) => <span class="mono">{paymentId}</span> },
          { heading: "Captured", cell: ({ createdAt }) => <Time c={c} at={createdAt} /> },
          { heading: "State", cell: ({ state }) => <PaymentBadge state={state} /> },
          {
            heading: "Refund",
            cell: ({ state, refundError }) => (
              <span>
                {state === "refund_due" ? <a href="/admin/refunds">To be given back</a> : "—"}
                {refundError && <span class="quiet">: {refundError}</span>}
              </span>
            ),
          },
          {
            heading: "Amount",
            numeric: true,
            cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
          },
        ]}
      />
    </section>
  );
}

function Stock({ c, order }: { c: PageContext; order: OrderDetail }) {
  if (order.stockEvents.length === 0) return null;
  return (
    <section class="stack">
      <h2>Stock</h2>
      <Table
        caption="What the ledger is told of this ticket"
        rows={order.stockEvents}
        empty={null}
        columns={[
          {
            heading: "What",
            cell: ({ kind, delta }) =>
              kind === "restock"
                ? `${delta.toLocaleString("en")} back on sale`
                : "Dropped, no stock",
          },
          {
            heading: "State",
            cell: ({ state }) => state === "void"
              ? <Badge label="Void" />
              : <Badge state={state === "pending" ? "pending" : "done"} />,
          },
          {
            heading: "Ended",
            cell: ({ createdAt }) => <Time c={c} at={createdAt} style="second" />,
          },
          {
            heading: "Told the ledger",
            cell: ({ appliedAt }) =>
              appliedAt === undefined ? "Not yet" : <Time c={c} at={appliedAt} style="second" />,
          },
        ]}
      />
    </section>
  );
}

function Parked({ order }: { order: OrderDetail }) {
  if (order.parked.length === 0) return null;
  return (
    <section class="stack">
      <h2>Parked messages</h2>
      <Table
        caption="Parked messages of this ticket"
        rows={order.parked}
        empty={null}
        columns={[
          {
            heading: "Message",
            cell: ({ id }) => <a href={`/admin/messages/${id}`}>Message {id}</a>,
          },
          { heading: "State", cell: ({ state }) => <Badge state={state} /> },
          { heading: "Reason", cell: ({ reason }) => reason },
          {
            heading: "New ticket",
            cell: ({ replayedTicket }) =>
              replayedTicket === undefined
                ? "—"
                : (
                  <a class="mono" href={`/admin/orders/${encodeURIComponent(replayedTicket)}`}>
                    {replayedTicket}
                  </a>
                ),
          },
        ]}
      />
    </section>
  );
}
