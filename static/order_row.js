import { call } from "./api.js";
import { make, part, setText } from "./dom.js";
import { formatMoney } from "./format.js";
import { OrderActions } from "./order_actions.js";
import { leftMsOf, wordsOf } from "./order_watch.js";
import { Outcome } from "./outcome.js";
import { Receipt } from "./receipt.js";
import { WORDS } from "./words.js";

/** Only pictures of the shop itself. */
const OWN_PATH = /^\/(?!\/)[^\s"'<>\\]*$/;

/** What was found out about products; at most one entry for each order on the page. */
const products = new Map();

function productOf(productId) {
  let found = products.get(productId);
  if (!found) {
    found = call(`/api/products/${productId}`).then(({ ok, body }) => ok ? body : null);
    products.set(productId, found);
  }
  return found;
}

/** One order of the list. */
export class OrderRow {
  /** `drawings` stand in for missing pictures; `onDoubt` hears that the orders should be read. */
  constructor(order, { drawings, onDoubt }) {
    const { saleId, productId, quantity, amount, currency } = order;
    const href = `/sales/${saleId}/products/${productId}`;
    const words = WORDS.myOrders;
    const sum = words.sum(formatMoney(amount, currency), quantity);
    this.picture = make("img", {
      src: drawings[productId % drawings.length],
      alt: "",
      width: "96",
      height: "72",
    });
    this.name = make("a", { href, text: words.product(productId) });
    this.element = make(
      "li",
      { class: "card order", "data-ticket": order.ticket },
      make(
        "div",
        { class: "order-head" },
        this.picture,
        make(
          "div",
          {},
          make("h2", {}, this.name),
          make("p", { class: "order-sum", text: sum }),
          make("a", { class: "quiet", href: `/sales/${saleId}`, text: words.toSale }),
        ),
      ),
      make("div", { class: "outcome", "data-part": "outcome" }),
      make("div", { class: "actions", "data-part": "actions" }),
      make("div", { class: "receipt", "data-part": "receipt" }),
    );
    this.outcome = new Outcome(part(this.element, "outcome"));
    this.receipt = new Receipt(part(this.element, "receipt"));
    this.actions = new OrderActions(part(this.element, "actions"), {
      onOrder: (heard) => {
        this.show(heard);
        this.outcome.focus();
      },
      onDoubt,
    });
    this.fill(productId);
  }

  async fill(productId) {
    const product = await productOf(productId);
    if (product === null) return;
    setText(this.name, product.name);
    const own = product.images.find((path) => OWN_PATH.test(path));
    if (own) this.picture.src = own;
  }

  /** Takes the order as it is now. */
  show(order) {
    this.order = order;
    this.outcome.say(wordsOf(order));
    this.receipt.show(order.receipt, order.ticket);
    this.actions.offer(order.status === "unpaid" && leftMsOf(order) > 0 ? order.ticket : null);
  }

  /** Once a second: the time that is left to pay. */
  tick() {
    if (this.order?.status === "unpaid") this.show(this.order);
  }
}
