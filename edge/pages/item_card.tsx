import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import type { Assets } from "./assets.ts";
import { formatMoney } from "./money.ts";
import { placeholderNumber } from "./placeholder.ts";

/** A picture of our own host: the policy of the pages would block any other. */
const OWN_PATH = /^\/(?!\/)[^\s"'<>\\]*$/;

/** The address of a product's first picture, or of a drawing in its place. */
export function pictureOf({ product }: SnapshotItem, assets: Assets): string {
  const own = product.images.find((path) => OWN_PATH.test(path));
  return own ?? assets.path(`placeholder-${placeholderNumber(product.productId)}.svg`);
}

interface BuyBoxProps {
  item: SnapshotItem;
}

/** Price, live stock and the button of one item; `sale.js` brings it to life. */
export function BuyBox({ item }: BuyBoxProps) {
  const { productId, stock, perUserLimit } = item;
  const most = Math.min(perUserLimit, stock === -1 ? perUserLimit : Math.max(1, stock));
  return (
    <div class="buy-box" data-item={productId} data-total={stock}>
      <p class="price">{formatMoney(item.price, item.currency)}</p>
      <div class="stock">
        {stock === -1
          ? null
          : <progress max={Math.max(1, stock)} value={stock} aria-label="Pieces left"></progress>}
        <p class="stock-text" data-part="stock">
          {stock === -1 ? "In stock" : `${stock} pieces in this sale`}
        </p>
      </div>
      <form class="buy" data-part="form">
        {most > 1
          ? (
            <label>
              <span>Quantity</span>
              <input
                type="number"
                name="quantity"
                value="1"
                min="1"
                max={most}
                inputmode="numeric"
                required
              />
            </label>
          )
          : null}
        <button type="submit" disabled data-part="button">Buy</button>
      </form>
      {perUserLimit > 1
        ? <p class="fine">At most {perUserLimit} per buyer</p>
        : <p class="fine">One per buyer</p>}
      <div class="outcome" role="status" aria-live="polite" data-part="outcome"></div>
      <div class="actions" data-part="actions"></div>
    </div>
  );
}

interface ItemCardProps {
  sale: SnapshotSale;
  item: SnapshotItem;
  assets: Assets;
}

/** One item on the page of its sale. */
export function ItemCard({ sale, item, assets }: ItemCardProps) {
  const href = `/sales/${sale.saleId}/products/${item.productId}`;
  return (
    <article class="card item">
      <a class="picture" href={href} tabindex={-1} aria-hidden="true">
        <img src={pictureOf(item, assets)} alt="" width="480" height="360" loading="lazy" />
      </a>
      <div class="item-body">
        <h2>
          <a href={href}>{item.product.name}</a>
        </h2>
        {item.product.subtitle ? <p class="subtitle">{item.product.subtitle}</p> : null}
        <BuyBox item={item} />
      </div>
    </article>
  );
}
