import { call, jittered, pause } from "./api.js";
import { make } from "./dom.js";
import { actionFailure, WORDS } from "./words.js";

/** Tries while the order is still being written, and the pause between two, ms. */
const MAX_TRIES = 5;
const TRY_PAUSE_MS = 800;

/** An edge asks for a payment twice, and a provider may be slow. */
const ANSWER_TIMEOUT_MS = 16_000;

/** When a page that was asked for and never came is given up. */
const BROKEN_OFF_MS = 10_000;

/**
 * What a buyer can do with an unpaid order: pay it, or give it back after being asked once more.
 * Drawn anew only when something changes, so that a look at the order takes nobody's focus away.
 */
export class OrderActions {
  /** `onOrder` hears an order that an answer brought, `onDoubt` that it should be looked at. */
  constructor(element, { onOrder, onDoubt }) {
    this.element = element;
    this.onOrder = onOrder;
    this.onDoubt = onDoubt;
    this.ticket = null;
    this.drawn = "";
  }

  /** Offers what can be done with an order that waits for payment; null takes the offer away. */
  offer(ticket) {
    if (ticket !== this.ticket) {
      this.ticket = ticket;
      this.step = "choose";
      this.failure = "";
    }
    this.draw();
  }

  go(step, failure = "") {
    this.step = step;
    this.failure = failure;
    this.draw();
  }

  async pay() {
    const { ticket } = this;
    this.go("paying");
    const { ok, body } = await send(ticket, "payment");
    if (this.ticket !== ticket) return;
    if (ok && isWebAddress(body.redirectUrl)) {
      location.assign(body.redirectUrl);
      // Still here when the way there was broken off.
      setTimeout(() => this.step === "paying" && this.go("choose"), BROKEN_OFF_MS);
      return;
    }
    this.goBack("pay", body);
  }

  async cancel() {
    const { ticket } = this;
    this.go("cancelling");
    const { ok, body } = await send(ticket, "cancel");
    if (this.ticket !== ticket) return;
    if (ok) return this.onOrder(body);
    this.goBack("cancel", body);
  }

  /** Says why it did not work, and leaves the focus where it was. */
  goBack(part, body) {
    this.go("choose", actionFailure(part, body));
    this.element.querySelector(`[data-part=${part}]`)?.focus();
    this.onDoubt();
  }

  draw() {
    const { ticket, step, failure } = this;
    const drawing = ticket === null ? "" : [ticket, step, failure].join("|");
    if (drawing === this.drawn) return;
    this.drawn = drawing;
    this.element.replaceChildren();
    if (ticket === null) return;
    if (step === "asking") this.drawQuestion();
    else this.drawChoices(step === "choose");
    if (failure) this.add("p", failure, { class: "error", role: "alert" });
  }

  drawChoices(enabled) {
    const words = WORDS.actions;
    const row = this.add("div", "", { class: "action-row" });
    const pay = this.step === "paying" ? words.paying : words.pay;
    this.button(row, pay, () => this.pay(), { enabled });
    const cancel = this.step === "cancelling" ? words.cancelling : words.cancel;
    this.button(row, cancel, () => {
      this.go("asking");
      this.element.querySelector("[data-part=keep]")?.focus();
    }, { enabled, plain: true, part: "cancel" });
  }

  drawQuestion() {
    const words = WORDS.actions;
    const row = this.add("div", "", {
      class: "action-row question",
      role: "group",
      "aria-label": words.question,
    });
    row.append(make("p", { text: words.question }));
    this.button(row, words.keep, () => {
      this.go("choose");
      this.element.querySelector("[data-part=cancel]")?.focus();
    }, { enabled: true, plain: true, part: "keep" });
    this.button(row, words.sure, () => this.cancel(), { enabled: true, part: "sure" });
  }

  button(parent, text, on, { enabled, plain = false, part = "pay" }) {
    parent.append(make("button", {
      type: "button",
      text,
      on,
      disabled: !enabled,
      class: plain ? "plain" : null,
      "data-part": part,
    }));
  }

  add(tag, text, attributes) {
    const element = make(tag, { ...attributes, text });
    this.element.append(element);
    return element;
  }
}

/** Asks for a payment or a cancel; an order that was reserved just now is written in a moment. */
async function send(ticket, what) {
  const path = `/api/orders/${encodeURIComponent(ticket)}/${what}`;
  const post = () => call(path, { method: "POST", timeoutMs: ANSWER_TIMEOUT_MS });
  let answer = await post();
  for (let n = 1; n < MAX_TRIES && answer.body.orderStatus === "processing"; n += 1) {
    await pause(jittered(TRY_PAUSE_MS));
    answer = await post();
  }
  return answer;
}

/** A payment provider is reached over the web, never by a script in an address. */
function isWebAddress(address) {
  try {
    return /^https?:$/.test(new URL(address, location.href).protocol);
  } catch {
    return false;
  }
}
