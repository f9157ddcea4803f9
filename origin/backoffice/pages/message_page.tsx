import type { z } from "@hono/zod-openapi";
import { parseItemKey } from "../../../shared/item.ts";
import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../../shared/order_message.ts";
import { formatTicket } from "../../../shared/ticket.ts";
import type { decidedMessageSchema, parkedMessageSchema } from "../../admin/message_schemas.ts";
import { readRefusal, take } from "../kit/api_answers.ts";
import { type Flash, redirectWith } from "../kit/flash.ts";
import { may, page } from "../kit/frame.tsx";
import { Badge, Confirm, Facts, Time } from "../kit/parts.tsx";
import { Table } from "../kit/table.tsx";
import type { PageApp, PageContext } from "../page_env.ts";

type Parked = z.infer<typeof parkedMessageSchema>;
type Decided = z.infer<typeof decidedMessageSchema>;

/** Tickets of a message that are shown; its text shows the others. */
const MAX_SHOWN = 200;

/** `/admin/messages/{id}`: a parked message, its text, and what to do about it. */
export function addMessagePage(app: PageApp): void {
  app.get("/messages/:id", async (c) => {
    const param = { id: c.req.param("id") };
    return messagePage(c, await take<Parked>(await c.get("api").messages[":id"].$get({ param })));
  });

  for (const verb of ["replay", "refuse"] as const) {
    app.post(`/messages/:id/${verb}`, async (c) => {
      const id = c.req.param("id");
      const one = c.get("api").messages[":id"];
      const response = verb === "replay"
        ? await one.replay.$post({ param: { id } })
        : await one.refuse.$post({ param: { id } });
      return redirectWith(c, `/admin/messages/${id}`, await outcomeOf(response));
    });
  }
}

async function outcomeOf(
  response: Pick<Response, "ok" | "status"> & { json(): Promise<unknown> },
): Promise<Flash> {
  if (!response.ok) {
    const { detail } = await readRefusal(response);
    return { kind: "failed", text: `Not done. ${detail}.` };
  }
  const { outcome, replayedTicket } = await response.json() as Decided;
  const texts: Record<Decided["outcome"], string> = {
    reserved: `Replayed: the buyer has the new ticket ${replayedTicket}.`,
    order_ended: `Replayed before: its ticket ${replayedTicket} has ended meanwhile.`,
    processing: "The replay is on its way. Replay it again in a moment to hear its end.",
    recorded: "Replayed: the message was written to the order book.",
    refused: "Refused: nothing more will be done about this message.",
  };
  return { kind: "done", text: texts[outcome] };
}

function messagePage(c: PageContext, message: Parked) {
  const { id, state } = message;
  const read = readMessage(message.content);
  return page(c, {
    title: `Message ${id}`,
    place: "messages",
    styles: ["follow_up.css"],
    crumbs: [{ label: "Messages", path: `/admin/messages?state=${state}` }],
    beside: <Badge state={state} />,
    actions: state === "parked" && may(c) && <Buttons c={c} message={message} />,
    children: (
      <>
        <section class="card stack">
          <h2>Why it is here</h2>
          <p>{message.reason}</p>
          {message.replaying && (
            <p class="flash failed">
              A replay is under way, or the last one had no clear end. Replay it again to hear what
              it made: the same replay never buys twice.
            </p>
          )}
          <About c={c} message={message} />
        </section>
        <section class="card stack">
          <h2>What it says</h2>
          {read === null
            ? <p>Nobody can read this text, so it is shown as it came.</p>
            : <Readable c={c} message={read} />}
          <details open={read === null}>
            <summary>The text as it was received</summary>
            <pre class="text" tabindex={0}><code>{pretty(message.content)}</code></pre>
          </details>
        </section>
      </>
    ),
  });
}

function Buttons({ c, message }: { c: PageContext; message: Parked }) {
  const whole = message.ticket === undefined;
  const { id } = message;
  return (
    <>
      <Confirm
        c={c}
        id="replay"
        action={`/admin/messages/${id}/replay`}
        label="Replay"
        look="primary"
        question={whole
          ? <p>The message is written to the order book again, as if it had just arrived.</p>
          : (
            <p>
              The buyer buys again, from the stock that is there now and at today's terms, and gets
              a new ticket. Replaying it once more gives the same ticket.
            </p>
          )}
      />
      <Confirm
        c={c}
        id="refuse"
        action={`/admin/messages/${id}/refuse`}
        label="Refuse"
        danger
        question={
          <p>
            {whole
              ? "Nothing of this message will ever be written."
              : "The buyer gets nothing for this ticket."} This cannot be undone.
          </p>
        }
      />
    </>
  );
}

function About({ c, message }: { c: PageContext; message: Parked }) {
  const { messageId, ticket, attempts, replayedTicket, createdAt, decidedAt } = message;
  const order = (ticket: string) => (
    <a class="mono" href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>
  );
  return (
    <Facts
      facts={[
        ["Id", <code key="id">{messageId}</code>],
        ["Ticket", ticket === undefined ? "the whole message" : order(ticket)],
        ["Parked", <Time key="parked" c={c} at={createdAt} style="second" named />],
        ["Replays", attempts === 0 ? "None" : String(attempts)],
        replayedTicket === undefined ? null : ["New ticket", order(replayedTicket)],
        decidedAt === undefined
          ? null
          : ["Decided", <Time key="decided" c={c} at={decidedAt} style="second" named />],
      ]}
    />
  );
}

function Readable({ c, message }: { c: PageContext; message: OrderMessage }) {
  const { saleId, productId } = parseItemKey(message.item);
  const rows = message.orders.slice(0, MAX_SHOWN).map((order, at) => ({
    ...order,
    ticket: formatTicket(message.item, order.userId, message.firstSeq + at),
  }));
  return (
    <>
      <Facts
        facts={[
          ["Sale", <a key="sale" href={`/admin/sales/${saleId}`}>Sale {saleId}</a>],
          [
            "Product",
            <a key="product" href={`/admin/products/${productId}`}>Product {productId}</a>,
          ],
          ["Decided", <Time key="decided" c={c} at={message.reservedAt} style="second" />],
          ["To be paid by", <Time key="pay-by" c={c} at={message.payBy} style="second" />],
          ["Tickets", message.orders.length.toLocaleString("en")],
        ]}
      />
      <Table
        caption="What the message asks for"
        rows={rows}
        empty={<p>It carries no ticket.</p>}
        columns={[
          {
            heading: "Ticket",
            cell: ({ ticket }) => (
              <a class="mono" href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>
            ),
          },
          { heading: "Buyer", cell: ({ userId }) => userId },
          {
            heading: "Quantity",
            numeric: true,
            cell: ({ quantity }) => quantity.toLocaleString("en"),
          },
          { heading: "Idempotency key", cell: ({ requestId }) => <code>{requestId}</code> },
        ]}
      />
    </>
  );
}

function readMessage(content: string): OrderMessage | null {
  try {
    return decodeOrderMessage(content);
  } catch (error) {
    if (error instanceof UnreadableMessageError) return null;
    throw error;
  }
}

/** JSON with its lines set in; anything else as it is. */
function pretty(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}
