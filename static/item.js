import { call, pause, whenOnline } from "./api.js";
import { isFinal, runTry } from "./buy_try.js";
import { dropPass, keptPass, onPass, solveSlider } from "./captcha.js";
import { serverNowMs } from "./clock.js";
import { part, setText } from "./dom.js";
import { isLow, noteText, soldOutText, stockText, upcomingText } from "./item_words.js";
import { OrderActions } from "./order_actions.js";
import { holds, leftMsOf, OrderWatch, wordsOf } from "./order_watch.js";
import { Outcome } from "./outcome.js";
import { Receipt } from "./receipt.js";
import { askToSignIn } from "./session.js";
import { beginTry, endTry, readTry } from "./try_key.js";
import { WaitPanel } from "./wait_panel.js";
import { refusalWords, WORDS } from "./words.js";

/** From so long before the start the slider can be solved: a pass lives two minutes at most. */
const SOLVE_EARLY_MS = 90_000;

/** Refusals that come with a ticket of the buyer's own. */
const WITH_TICKET = ["already_bought", "idempotency_mismatch", "order_ended"];

/** One item's buy box. */
export class ItemBox {
  /** `sale` is `{saleId, startsAtMs, endsAtMs, captcha}`. */
  constructor(box, sale) {
    this.sale = sale;
    this.productId = Number(box.dataset.item);
    this.total = Number(box.dataset.total);
    this.card = box.closest(".item");
    this.form = part(box, "form");
    this.button = part(box, "button");
    this.stockText = part(box, "stock");
    this.note = part(box, "note");
    this.usualNote = this.note.textContent;
    this.bar = box.querySelector("progress");
    this.outcome = new Outcome(part(box, "outcome"));
    this.waits = new WaitPanel(this.outcome, part(box, "wait"));
    this.receipt = new Receipt(part(box, "receipt"));
    this.watch = new OrderWatch((order) => this.heard(order));
    this.actions = new OrderActions(part(box, "actions"), {
      onOrder: (order) => {
        this.heard(order);
        this.keepFocus();
      },
      onDoubt: () => this.order && this.watch.follow(this.order.ticket, 0),
    });
    this.state = "upcoming";
    /** Undefined until it is known. */
    this.userId = undefined;
    this.live = { stock: null };
    this.order = null;
    this.busy = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.pressed();
    });
    onPass(() => this.paint());
  }

  /** Somebody signed in or out: what was shown belonged to the one before. */
  setUser(userId) {
    if (userId === this.userId) return;
    const changed = this.userId !== undefined && this.userId !== null;
    this.userId = userId;
    if (changed) {
      this.order = null;
      this.watch.stop();
      this.waits.stop();
      this.outcome.say(null);
      this.receipt.show(null);
      this.actions.offer(null);
      dropPass();
    }
    const { saleId } = this.sale;
    // A try whose answer never came: the same request again, which is always safe.
    if (userId !== null && readTry(saleId, this.productId)?.userId === userId) this.buy(true);
    this.paint();
  }

  setState(state) {
    this.state = state;
    this.paint();
  }

  /** `live` is `{stock, soldOutAt?, mayReturnAt?}`. */
  setStock(live) {
    this.live = live;
    if (this.bar && live.stock >= 0) {
      this.bar.max = Math.max(1, this.total, live.stock);
      this.bar.value = live.stock;
    }
    this.paint();
  }

  /** The state of this item: that of its sale, or sold out alone. */
  get itemState() {
    return this.state === "open" && this.live.stock === 0 ? "sold_out" : this.state;
  }

  /** What the button does now: `buy`, `signIn`, `solve`, or nothing. */
  get offer() {
    const state = this.itemState;
    if (this.busy || (this.order !== null && holds(this.order))) return "";
    if (!["upcoming", "open"].includes(state) || this.userId === undefined) return "";
    if (this.userId === null) return "signIn";
    if (state === "open") return "buy";
    const untilStartMs = this.sale.startsAtMs - serverNowMs();
    const solves = this.sale.captcha === "always" && untilStartMs <= SOLVE_EARLY_MS;
    return solves && keptPass() === null ? "solve" : "";
  }

  paint() {
    const { offer } = this;
    this.form.hidden = this.order !== null && holds(this.order);
    this.button.disabled = offer === "";
    this.button.classList.toggle("plain", offer !== "" && this.itemState === "upcoming");
    if (this.card) this.card.dataset.state = this.itemState;
    setText(this.button, this.buttonText(offer));
    setText(this.note, noteText(this.itemState, offer, this.live, this.sale) || this.usualNote);
    if (this.live.stock === null) return;
    setText(this.stockText, stockText(this.live, this.total, this.state));
    this.stockText.toggleAttribute("data-low", isLow(this.live, this.total));
  }

  buttonText(offer) {
    const words = WORDS.buttons;
    if (this.waits.waiting) return words.waiting;
    if (this.busy) return words.asking;
    if (offer !== "") return words[offer];
    const state = this.itemState;
    if (state === "upcoming") return upcomingText(this.sale);
    return state === "open" ? words.buy : words[state];
  }

  pressed() {
    const { offer } = this;
    if (offer === "signIn") askToSignIn();
    else if (offer === "buy") this.buy();
    else if (offer === "solve") this.solveEarly();
  }

  async solveEarly() {
    const solved = await solveSlider(this.sale.saleId, this.button).catch(() => undefined);
    if (solved === undefined) this.outcome.say({ tone: "bad", ...WORDS.sliderBroken });
    else this.outcome.say(null);
    this.paint();
  }

  /** One wish under one key, sent until there is an answer. `resumed` after a reload. */
  async buy(resumed = false) {
    if (this.busy) return;
    const { saleId, captcha } = this.sale;
    const { userId } = this;
    const quantity = Number(this.form.elements.namedItem("quantity")?.value ?? 1);
    const wish = beginTry(saleId, this.productId, userId, quantity);
    this.busy = true;
    this.outcome.say({ tone: "wait", ...WORDS.asking });
    this.paint();
    const { answer, stopped } = await runTry({
      send: (pass) => this.send(wish, pass),
      keptPass,
      dropPass,
      solve: () => {
        this.outcome.say({ tone: "wait", ...WORDS.sliding });
        return solveSlider(saleId, this.button);
      },
      wait: (kind, ms) => this.wait(kind, ms),
      isOurs: () => this.userId === userId,
      isOnline: () => navigator.onLine,
      random: Math.random,
      solvesFirst: captcha === "always" && !resumed,
    });
    this.busy = false;
    if (this.userId === userId) {
      if (answer) this.settle(answer);
      else this.gaveUp(stopped);
    }
    this.paint();
    if (!resumed) this.keepFocus();
  }

  send({ key, quantity }, pass) {
    if (!this.waits.waiting) this.outcome.say({ tone: "wait", ...WORDS.asking });
    return call(`/api/sales/${this.sale.saleId}/buy`, {
      method: "POST",
      headers: { "idempotency-key": key, ...(pass === null ? {} : { "x-captcha-pass": pass }) },
      body: { productId: this.productId, quantity },
    });
  }

  async wait(kind, ms) {
    const over = kind === "offline" ? whenOnline(ms).then(() => pause(Math.random() * 500)) : null;
    const waited = this.waits.wait(kind, ms, over);
    this.paint();
    const goesOn = await waited;
    this.paint();
    return goesOn;
  }

  gaveUp(stopped) {
    const words = { slider: WORDS.sliderClosed, broken: WORDS.sliderBroken };
    this.outcome.say({ tone: "bad", ...(words[stopped] ?? WORDS.stopped) });
  }

  settle(answer) {
    const { ok, body } = answer;
    const { saleId } = this.sale;
    if (ok) {
      const reserved = body.outcome === "reserved";
      if (reserved) endTry(saleId, this.productId);
      const status = reserved ? "unpaid" : "processing";
      return this.follow({ ticket: body.ticket, status, payBy: body.payBy });
    }
    const { code } = body;
    if (isFinal(answer)) endTry(saleId, this.productId);
    const words = refusalWords(code);
    this.outcome.say({
      tone: "bad",
      title: words.title,
      text: code === "sold_out" ? soldOutText(this.live) || words.text : words.text,
    });
    if (code === "unauthenticated") askToSignIn();
    if (WITH_TICKET.includes(code)) this.watch.follow(body.ticket, 0);
  }

  /** Shows an order and looks after it until it is over. */
  follow(order) {
    this.order = order;
    this.show();
    this.watch.follow(order.ticket);
  }

  /** An answer brought the order as it is now. */
  heard(order) {
    this.order = order;
    this.show();
    if (order.status !== "processing") endTry(this.sale.saleId, this.productId);
  }

  show() {
    const { order } = this;
    this.outcome.say(wordsOf(order));
    this.receipt.show(order.receipt, order.ticket);
    this.actions.offer(order.status === "unpaid" && leftMsOf(order) > 0 ? order.ticket : null);
    this.paint();
  }

  /** A focus that was lost with what was pressed goes on where there is something to do or read. */
  keepFocus() {
    const { activeElement } = document;
    const isLost = [null, document.body, document.querySelector("#main")].includes(activeElement);
    if (!isLost && !this.form.contains(activeElement)) return;
    if (this.form.hidden || this.button.disabled) this.outcome.focus();
    else this.button.focus();
  }

  /** Once a second: what counts down. */
  tick() {
    if (this.order?.status === "unpaid" && !this.busy) this.show();
    else this.paint();
  }
}
