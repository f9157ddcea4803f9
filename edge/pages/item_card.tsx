import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import type { PageFrame } from "./layout.tsx";
import { formatMoney } from "./money.ts";
import { picturesOf, pictureSource } from "./pictures.ts";
import type { SaleCourseState } from "./sessions.ts";

/** Up to this many pieces are chosen from a list, more are typed. */
const MAX_LISTED_QUANTITY = 10;

interface BuyBoxProps {
  frame: PageFrame;
  item: SnapshotItem;
  state: SaleCourseState;
}

/** Price, live stock and the button of one item; `sale.js` brings it to life. */
export function BuyBox({ frame, item, state }: BuyBoxProps) {
  const { words } = frame;
  const { productId, stock, perUserLimit } = item;
  const most = Math.min(perUserLimit, stock === -1 ? perUserLimit : Math.max(1, stock));
  return (
    <div class="buy-box" data-item={productId} data-total={stock}>
      <p class="price">{formatMoney(item.price, item.currency, words.locale)}</p>
      <StockBar frame={frame} item={item} />
      <p class="note" data-part="note">
        {perUserLimit > 1 ? words.item.atMost(perUserLimit) : words.item.onePerBuyer}
      </p>
      <form class="buy" data-part="form">
        {most > 1 ? <Quantity label={words.item.quantity} most={most} /> : null}
        <button type="submit" disabled data-part="button">{words.buttons[state]}</button>
      </form>
      <div class="outcome" role="status" aria-live="polite" data-part="outcome"></div>
      <div class="wait" data-part="wait"></div>
      <div class="actions" data-part="actions"></div>
      <div class="receipt" data-part="receipt"></div>
    </div>
  );
}

/** How much is left, as a bar and in words. */
export function StockBar({ frame, item: { stock } }: { frame: PageFrame; item: SnapshotItem }) {
  const words = frame.words.item;
  return (
    <div class="stock">
      {stock === -1
        ? <span class="bar-gap"></span>
        : <progress max={Math.max(1, stock)} value={stock} aria-label={words.left}></progress>}
      <p class="stock-text" data-part="stock">
        {stock === -1 ? words.inStock : words.pieces(stock)}
      </p>
    </div>
  );
}

function Quantity({ label, most }: { label: string; most: number }) {
  return (
    <label class="quantity">
      <span>{label}</span>
      {most > MAX_LISTED_QUANTITY
        ? (
          <input
            type="number"
            name="quantity"
            value="1"
            min="1"
            max={most}
            inputmode="numeric"
            required
          />
        )
        : (
          <select name="quantity">
            {Array.from(
              { length: most },
              (_, at) => <option key={at} value={at + 1}>{at + 1}</option>,
            )}
          </select>
        )}
    </label>
  );
}

interface ItemCardProps {
  frame: PageFrame;
  sale: SnapshotSale;
  item: SnapshotItem;
  state: SaleCourseState;
}

/** One item on the page of its sale. */
export function ItemCard({ frame, sale, item, state }: ItemCardProps) {
  const href = `/sales/${sale.saleId}/products/${item.productId}`;
  return (
    <article class="card item">
      <a class="picture" href={href} tabindex={-1} aria-hidden="true">
        <img
          {...pictureSource(
            picturesOf(item.product, frame.assets)[0]!,
            "(min-width: 40rem) 20rem, 100vw",
          )}
          alt=""
          width="480"
          height="360"
          loading="lazy"
        />
      </a>
      <div class="item-body">
        <h2>
          <a href={href}>{item.product.name}</a>
        </h2>
        <p class="subtitle">{item.product.subtitle}</p>
        <BuyBox frame={frame} item={item} state={state} />
      </div>
    </article>
  );
}
