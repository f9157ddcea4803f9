import { DELIVERY_EXAMPLE, VERIFY_EXAMPLE } from "../webhook_examples.ts";

/** What to do while nobody is told. */
export function WebhookSetUp() {
  return (
    <section class="card stack" aria-labelledby="set-up-title">
      <h2 id="set-up-title">Tell the shop what is sold</h2>
      <p>
        Give the workers an address of the shop and a secret, and start them anew. From then on the
        shop hears of every order within a second or two, and first of those that it missed.
      </p>
      <pre class="text" tabindex={0}><code>
        {"SHOP_WEBHOOK_URL=https://shop.example/hooks/dropgate\n" +
          "SHOP_WEBHOOK_KEY=…   # openssl rand -hex 32\n"}
      </code></pre>
      <p class="quiet">
        With <code>docker compose</code>, set <code>SHOP_WEBHOOK_HOST</code> as well (as{" "}
        <code>shop.example:443</code>), so that workers may dial it.
      </p>
    </section>
  );
}

const TYPES: [string, string][] = [
  ["order.created", "Somebody holds it and has until payBy to pay."],
  ["order.paid", "It is paid. This is what to ship."],
  ["order.cancelled", "It ended unpaid; reason says whether time ran out or who ended it."],
  ["order.refund_due", "Money came for an order that had ended, and is to go back."],
  ["order.refunded", "That money is back."],
];

/** For whoever writes the shop's side. */
export function WebhookHowTo() {
  return (
    <section class="card stack" aria-labelledby="how-title">
      <h2 id="how-title">For whoever writes the shop's side</h2>
      <p>
        Each delivery is a <code>POST</code>{" "}
        with up to 100 events, in the order in which they happened. Answer 2xx within 10 seconds and
        it counts as taken; anything else is tried again, so the same event may come twice: go by
        {" "}
        <code>eventId</code>. <code>Dropgate-Delivery</code>{" "}
        names a delivery and stays the same for every try. Answer 410 to have one put aside at once.
      </p>
      <dl class="facts">
        {TYPES.map(([type, meaning]) => (
          <>
            <dt>
              <code>{type}</code>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <details>
        <summary>What a delivery looks like</summary>
        <pre
          class="text"
          tabindex={0}
        ><code>{`${JSON.stringify(DELIVERY_EXAMPLE, null, 2)}\n`}</code></pre>
      </details>
      <details>
        <summary>How to check its signature</summary>
        <p>
          <code>Dropgate-Signature: t=…,v1=…</code>{" "}
          signs time and body with SHOP_WEBHOOK_KEY (HMAC-SHA256), so that nobody else can tell the
          shop anything. While the key is being changed there are two <code>v1</code>.
        </p>
        <pre class="text" tabindex={0}><code>{VERIFY_EXAMPLE}</code></pre>
      </details>
      <details>
        <summary>Asking instead of being told</summary>
        <p>
          The same events can be read at any time, also long after: begin with{" "}
          <code>after=0</code>, and go on with what <code>next</code> said. With{" "}
          <code>wait=20</code> an answer waits so many seconds for a first event.
        </p>
        <pre class="text" tabindex={0}><code>
          {"curl -H \"Authorization: Bearer $ADMIN_TOKEN\" \\\n" +
            "  \"$ORIGIN/admin/api/orders/feed?after=0&limit=1000&wait=20\"\n"}
        </code></pre>
      </details>
    </section>
  );
}
