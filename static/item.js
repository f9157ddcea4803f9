import { call, jittered, pause, whenVisible } from "./api.js";
import { formatSpan, formatTime, serverNowMs } from "./clock.js";
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
    if (code === "already_bought" || code === "idempotency_mismatch") {
      this.follow({ ticket: body.ticket, status: "processing" }, { known: false });
    }
  }

  /** Shows an order and looks after it until it is over. Of one not known only the ticket is. */
  async follow(order, { known = true } = {}) {
    this.order = order;
    if (known) this.show(order);
    this.paint();
    if (this.following === order.ticket) return;
    this.following = order.ticket;
    let misses = 0;
    let waitMs = known ? PROCESSING_POLL_MS : 0;
    while (this.following === order.ticket && misses < MAX_MISSES) {
      await pause(jittered(waitMs * (1 + Math.min(misses, 5))));
      await whenVisible();
      const { ok, body } = await call(`/api/orders/${encodeURIComponent(order.ticket)}`);
      if (this.following !== order.ticket) return;
      misses = ok && body.status !== "processing" ? 0 : misses + 1;
      waitMs = ok && body.status === "unpaid" ? UNPAID_POLL_MS : PROCESSING_POLL_MS;
      if (!ok) continue;
      this.order = body;
      this.show(body);
      this.paint();
      if (body.status !== "processing") endTry(this.saleId, this.productId);
      if (FINAL_STATES.has(body.status)) break;
    }
    if (this.following === order.ticket) this.following = null;
  }

  show(order) {
    this.say({ ...this.wordsOf(order), ticket: order.ticket });
  }

  wordsOf(order) {
    const leftMs = order.payBy ? Date.parse(order.payBy) - serverNowMs() : 0;
    return orderWords({
      ...order,
      payByText: order.payBy ? formatTime(order.payBy) : "",
      leftText: leftMs > 0 ? formatSpan(leftMs) : "",
    });
  }

  /** Once a second: the time that is left to pay, quietly (no new announcement). */
  tick() {
    if (this.order?.status !== "unpaid" || this.busy) return;
    const text = this.outcome.querySelector("[data-part=text]");
    if (text) text.textContent = this.wordsOf(this.order).text;
  }

  say(words) {
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
    if (words.text) add("p", words.text, "text");
    if (words.ticket) add("code", `Ticket ${words.ticket}`);
    // The running clock would be read out every second.
    this.outcome.querySelector("[data-part=text]")?.setAttribute("aria-live", "off");
  }
}
