import { formatMoney } from "../kit/money.ts";
import type { ProductView } from "./product_form.tsx";

/** The product about as buyers see it: picture, name, price, description. */
export function ProductPreview({ product }: { product: ProductView }) {
  const { name, subtitle, description, images, price, currency } = product;
  return (
    <section class="card stack preview" aria-labelledby="preview-title">
      <h2 id="preview-title">As buyers see it</h2>
      <article>
        {images[0] === undefined
          ? <div class="no-picture" aria-hidden="true">{name.trim().charAt(0).toUpperCase()}</div>
          : <img src={images[0]} alt={name} />}
        <div class="words">
          <p class="name">{name}</p>
          {subtitle !== "" && <p class="quiet">{subtitle}</p>}
          <p class="price">{formatMoney(price, currency)}</p>
          {description !== "" && <p class="text">{description}</p>}
        </div>
      </article>
    </section>
  );
}
