import { call, jittered, pause, whenVisible } from "./api.js";
import { formatSpan, formatTime, serverNowMs } from "./clock.js";
import { OrderActions } from "./order_actions.js";
import { askToSignIn } from "./session.js";
import { beginTry, endTry, readTry } from "./try_key.js";
import { CLOSED_BUTTON, orderWords, refusalWords } from "./words.js";

/** Answers that do not end a try: the same key is sent again. */
const NOT_FINAL = new Set([
  "unauthenticated",
  "not_started",
  "paused",
  "busy",
  "unavailable",
  "rate_limited",
  "captcha_required",
]);
/** Of those, the ones that the page repeats by itself, a few times. */
const REPEATED = new Set(["busy", "unavailable", "paused"]);
const MAX_REPEATS = 3;

/** Pauses between looks at an order: short while it is processing. */
const PROCESSING_POLL_MS = 1_200;
const UNPAID_POLL_MS = 10_000;
const REFUND_POLL_MS = 4_000;
/** An order whose time is over ends this soon after it, at most. */
const OVERDUE_POLL_MS = 1_500;
/** Looks in a row that brought nothing before the page gives up looking. */
const MAX_MISSES = 50;
const FINAL_STATES = new Set(["cancelled", "refused", "refunded", "paid"]);

/** One item's buy box. */
export class ItemBox {
  constructor(box, saleId) {
    this.saleId = saleId;
    this.productId = Number(box.dataset.item);
    this.total = Number(box.dataset.total);
    this.form = box.querySelector("[data-part=form]");
    this.button = box.querySelector("[data-part=button]");
    this.stockText = box.querySelector("[data-part=stock]");
    this.bar = box.querySelector("progress");
    this.outcome = box.querySelector("[data-part=outcome]");
    this.actions = new OrderActions(box.querySelector("[data-part=actions]"), {
      onOrder: (order) => this.heard(order),
      onDoubt: () => this.lookAgain(),
    });
    this.state = "upcoming";
    this.userId = null;
    this.stock = null;
    this.order = null;
    this.following = null;
    this.busy = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.buy();
    });
  }

  /** Somebody signed in or out: what was shown belonged to the one before. */
  setUser(userId) {
    if (userId === this.userId) return;
    this.userId = userId;
    this.order = null;
    this.following = null;
    this.say(null);
    this.actions.offer(null);
    if (userId !== null && readTry(this.saleId, this.productId)?.userId === userId) this.buy();
    this.paint();
  }

  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.paint();
  }

  setStock(stock) {
    if (stock === this.stock) return;
    this.stock = stock;
    if (stock === -1) this.stockText.textContent = "In stock";
    else if (stock === 0) this.stockText.textContent = "None left";
    else this.stockText.textContent = stock === 1 ? "Last piece" : `${stock} pieces left`;
    if (this.bar) {
      this.bar.max = Math.max(1, this.total, stock);
      this.bar.value = Math.max(0, stock);
    }
    this.paint();
  }

  paint() {
    const state = this.state === "open" && this.stock === 0 ? "sold_out" : this.state;
    const hasOrder = this.order !== null && ["processing", "unpaid", "paid", "reserved"]
      .includes(this.order.status);
    this.button.disabled = this.busy || hasOrder || state !== "open";
    if (this.busy) this.button.textContent = "Asking…";
    else if (hasOrder) this.button.textContent = this.order.status === "paid" ? "Paid" : "Yours";
    else this.button.textContent = CLOSED_BUTTON[state] ?? "Buy now";
  }

  /** One try, repeated with the same key while the answer is not final. */
  async buy() {
    if (this.busy) return;
    if (this.userId === null) return askToSignIn();
    const quantity = Number(this.form.elements.namedItem("quantity")?.value ?? 1);
    const wish = beginTry(this.saleId, this.productId, this.userId, quantity);
    this.busy = true;
    this.say({ tone: "wait", title: "Asking…", text: "" });
    this.paint();
    let answer = await this.ask(wish);
    for (let n = 1; n <= MAX_REPEATS && this.isRepeated(answer); n += 1) {
      await pause(jittered(Math.max(1_000 * n, answer.retryAfterS * 1_000)));
      answer = await this.ask(wish);
    }
    this.busy = false;
    this.settle(answer);
    this.paint();
  }

  ask({ key, quantity }) {
    return call(`/api/sales/${this.saleId}/buy`, {
      method: "POST",
      headers: { "idempotency-key": key },
      body: { productId: this.productId, quantity },
    });
  }

  isRepeated({ ok, status, body }) {
    return !ok && (status === 0 || status === 500 || REPEATED.has(body.code));
  }

  settle({ ok, status, body }) {
    if (ok) {
      const reserved = body.outcome === "reserved";
      if (reserved) endTry(this.saleId, this.productId);
      this.follow({
        ticket: body.ticket,
        status: reserved ? "unpaid" : "processing",
        payBy: body.payBy,
      });
      return;
    }
    const { code } = body;
    const final = status >= 400 && status < 600 && status !== 500 && !NOT_FINAL.has(code);
    if (final) endTry(this.saleId, this.productId);
    if (code === "unauthenticated") askToSignIn();
    this.say({ tone: "bad", title: refusalWords(code), text: "" });
    if (["already_bought", "idempotency_mismatch", "order_ended"].includes(code)) {
      this.follow({ ticket: body.ticket, status: "processing" }, { known: false });
    }
  }

  /** Shows an order and looks after it until it is over. Of one not known only the ticket is. */
  async follow(order, { known = true } = {}) {
    this.order = order;
    if (known) this.show(order);
    this.paint();
    if (known && this.following?.ticket === order.ticket) return;
    const watch = this.following = { ticket: order.ticket };
    let misses = 0;
    let waitMs = known ? PROCESSING_POLL_MS : 0;
    while (this.following === watch && misses < MAX_MISSES) {
      await pause(jittered(waitMs * (1 + Math.min(misses, 5))));
      await whenVisible();
      const { ok, body } = await call(`/api/orders/${encodeURIComponent(order.ticket)}`);
      if (this.following !== watch) return;
      misses = ok && body.status !== "processing" ? 0 : misses + 1;
      waitMs = ok ? pollMsOf(body) : PROCESSING_POLL_MS;
      if (!ok) continue;
      this.heard(body);
    }
    if (this.following === watch) this.following = null;
  }

  /** An answer brought the order as it is now. One that is over needs no more looks. */
  heard(order) {
    this.order = order;
    if (FINAL_STATES.has(order.status)) this.following = null;
    this.show(order);
    this.paint();
    if (order.status !== "processing") endTry(this.saleId, this.productId);
  }

  /** Looks at the order at once. */
  lookAgain() {
    if (this.order !== null) this.follow(this.order, { known: false });
  }

  show(order) {
    this.say({ ...this.wordsOf(order), ticket: order.ticket });
    const isOpen = order.status === "unpaid" && leftMsOf(order) > 0;
    this.actions.offer(isOpen ? order.ticket : null);
  }

  wordsOf(order) {
    const leftMs = leftMsOf(order);
    return orderWords({
      ...order,
      payByText: order.payBy ? formatTime(order.payBy) : "",
      leftText: leftMs > 0 ? formatSpan(leftMs) : "",
    });
  }

  /** Once a second: the time that is left to pay. */
  tick() {
    if (this.order?.status !== "unpaid" || this.busy) return;
    this.show(this.order);
  }

  /** Says something, once: what stands there already is not read out again. */
  say(words) {
    const { left = "", ...lasting } = words ?? {};
    const spoken = JSON.stringify([lasting, left !== ""]);
    if (spoken === this.spoken) {
      const clock = this.outcome.querySelector("[data-part=left]");
      if (clock) clock.textContent = left;
      return;
    }
    this.spoken = spoken;
    this.outcome.replaceChildren();
    if (words === null) return;
    this.outcome.dataset.tone = words.tone;
    const add = (tag, text, part) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (part) element.dataset.part = part;
      this.outcome.append(element);
    };
    add("strong", words.title);
    if (words.left) add("p", words.left, "left");
    if (words.text) add("p", words.text, "text");
    if (words.ticket) add("code", `Ticket ${words.ticket}`);
    // The running clock would be read out every second.
    this.outcome.querySelector("[data-part=left]")?.setAttribute("aria-live", "off");
  }
}

/** How long an order can still be paid, ms; 0 without a deadline. */
function leftMsOf({ payBy }) {
  return payBy ? Math.max(0, Date.parse(payBy) - serverNowMs()) : 0;
}

/** When to look at an order again. */
function pollMsOf(order) {
  if (order.status === "refund_due") return REFUND_POLL_MS;
  if (order.status !== "unpaid") return PROCESSING_POLL_MS;
  const leftMs = leftMsOf(order);
  return leftMs > 0 ? Math.min(UNPAID_POLL_MS, leftMs + OVERDUE_POLL_MS) : OVERDUE_POLL_MS;
}
