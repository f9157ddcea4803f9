import type {
  WebhookFailureView,
  WebhookTestView,
  WebhookView,
} from "../../admin/webhook_routes.ts";
import { readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Csrf, may, page } from "../kit/frame.tsx";
import { Badge, Empty, Facts, Tiles, Time, type Tone } from "../kit/parts.tsx";
import { Pager, Table } from "../kit/table.tsx";
import { lastPage, listPlace, pathWith } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";
import { WebhookHowTo, WebhookSetUp } from "./webhook_how_to.tsx";

const STATES: Record<WebhookView["state"], { label: string; tone: Tone; text: string }> = {
  off: {
    label: "Off",
    tone: "plain",
    text: "No worker has an address to tell the shop what happens to its orders.",
  },
  stopped: {
    label: "Stopped",
    tone: "bad",
    text: "No worker that tells the shop has been seen for half a minute. What happens meanwhile " +
      "is kept and told as soon as one runs.",
  },
  up_to_date: {
    label: "Up to date",
    tone: "good",
    text: "The shop was told everything that happened so far.",
  },
  sending: { label: "Sending", tone: "running", text: "The shop is being told right now." },
  retrying: {
    label: "Trying again",
    tone: "warn",
    text:
      "The shop did not take the last delivery. It is tried again with growing pauses, 15 times " +
      "in half an hour; then it is put aside below and the next one goes out. Sales go on as always.",
  },
};

/** `/admin/webhook`: how the shop hears of its orders, and what did not reach it. */
export function addWebhookPage(app: PageApp): void {
  app.get("/webhook", async (c) => {
    const place = listPlace(c);
    const found = await take<WebhookView>(await c.get("api").webhook.$get({ query: place.query }));
    const last = lastPage(place, found.failures);
    if (last !== null) return c.redirect(last, 303);
    const { label, tone, text } = STATES[found.state];
    const isOff = found.state === "off";
    return page(c, {
      title: "Shop webhook",
      place: "webhook",
      styles: ["follow_up.css"],
      beside: <Badge label={label} tone={tone} />,
      actions: !isOff && may(c) && <TestButton c={c} />,
      children: (
        <>
          <p class="quiet">{text}</p>
          {isOff ? <WebhookSetUp /> : <Course c={c} webhook={found} />}
          {(found.failures.total > 0 || !isOff) && (
            <section class="stack" aria-labelledby="failures-title">
              <h2 id="failures-title">Deliveries that were given up</h2>
              <Failures c={c} failures={found.failures.items} />
              {found.failures.total > 0 && <Pager url={place.url} {...found.failures} />}
            </section>
          )}
          <WebhookHowTo />
        </>
      ),
    });
  });

  app.post("/webhook/test", async (c) => {
    const response = await c.get("api").webhook.test.$post();
    if (!response.ok) return await refused(c, response);
    const { delivered, detail, tookMs } = await take<WebhookTestView>(response);
    return redirectWith(c, "/admin/webhook", {
      kind: delivered ? "done" : "failed",
      text: delivered
        ? `The test arrived. ${detail}, after ${tookMs.toLocaleString("en")} ms.`
        : `The test did not arrive. ${detail}.`,
    });
  });

  app.post("/webhook/failures/:id/resend", async (c) => {
    const param = { id: c.req.param("id") };
    const response = await c.get("api").webhook.failures[":id"].resend.$post({ param });
    if (!response.ok) return await refused(c, response);
    const text =
      "It is sent again within a second or two. Load this page again to see how it went.";
    return redirectWith(c, backTo(c), { kind: "done", text });
  });
}

function backTo(c: PageContext): string {
  return pathWith("/admin/webhook", { page: c.req.query("page") });
}

async function refused(
  c: PageContext,
  response: Pick<Response, "status"> & { json(): Promise<unknown> },
): Promise<Response> {
  const { detail } = await readRefusal(response);
  return redirectWith(c, backTo(c), { kind: "failed", text: `Not done. ${detail}.` });
}

function TestButton({ c }: { c: PageContext }) {
  return (
    <form method="post" action="/admin/webhook/test">
      <Csrf c={c} />
      <button type="submit">Send a test</button>
    </form>
  );
}

/** How far the shop was told. */
function Course({ c, webhook }: { c: PageContext; webhook: WebhookView }) {
  const { lag, failed, url, lastError, deliveredAt, attempts, nextTryAt } = webhook;
  const events = `${lag.events.toLocaleString("en")}${lag.more ? " or more" : ""}`;
  return (
    <>
      <Tiles
        tiles={[
          {
            label: "Not told yet",
            value: events,
            note: lag.events === 0 ? "The shop knows it all" : `Oldest ${ageText(lag.seconds)} old`,
            ...(lag.seconds >= 60 ? { tone: "warn" as const } : {}),
          },
          {
            label: "Given up",
            value: failed.toLocaleString("en"),
            note: failed === 0 ? "Nothing was lost" : "See below",
            ...(failed > 0 ? { tone: "bad" as const } : {}),
          },
          {
            label: "Last delivery",
            value: deliveredAt === undefined
              ? "None yet"
              : <Time c={c} at={deliveredAt} style="clock" />,
            note: deliveredAt === undefined
              ? (lag.events === 0 ? "It comes with the first order" : "The shop took none so far")
              : <Time c={c} at={deliveredAt} style="day" />,
          },
        ]}
      />
      <Facts
        facts={[
          ["Address", <span class="mono">{url}</span>],
          attempts === 0 ? null : ["Failed tries", `${attempts} of 15`],
          nextTryAt === undefined
            ? null
            : ["Next try", <Time c={c} at={nextTryAt} style="second" named />],
          lastError === undefined ? null : ["Last error", <span class="error">{lastError}</span>],
        ]}
      />
    </>
  );
}

function Failures({ c, failures }: { c: PageContext; failures: WebhookFailureView[] }) {
  const action = (id: number) =>
    pathWith(`/admin/webhook/failures/${id}/resend`, { page: c.req.query("page") });
  return (
    <Table
      caption="Deliveries that were given up, newest first"
      rows={failures}
      empty={
        <Empty title="Nothing was given up">
          <p>A delivery that the shop did not take in 15 tries will be listed here.</p>
        </Empty>
      }
      columns={[
        {
          heading: "Delivery",
          cell: ({ deliveryId, createdAt }) => (
            <div class="two">
              <span class="mono">{deliveryId}</span>
              <span class="quiet">
                Given up <Time c={c} at={createdAt} />
              </span>
            </div>
          ),
        },
        { heading: "Events", numeric: true, cell: ({ events }) => events },
        { heading: "Tries", numeric: true, cell: ({ attempts }) => attempts },
        {
          heading: "What went wrong",
          cell: ({ error, state }) => state === "sent" ? <span class="quiet">{error}</span> : error,
        },
        {
          heading: "State",
          cell: ({ state }) =>
            state === "waiting"
              ? <Badge label="Sent again soon" tone="accent" />
              : state === "sent"
              ? <Badge state="sent" />
              : <Badge label="Not sent" tone="bad" />,
        },
        ...(may(c)
          ? [{
            heading: "",
            cell: ({ id, state }: WebhookFailureView) =>
              state === "failed" && (
                <form method="post" action={action(id)}>
                  <Csrf c={c} />
                  <button type="submit" class="small">Send again</button>
                </form>
              ),
          }]
          : []),
      ]}
    />
  );
}

/** An age as people say it. */
function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
