import type { SnapshotProduct } from "../../shared/internal_api.ts";
import type { Assets } from "./assets.ts";
import { placeholderNumber, PLACEHOLDERS } from "./placeholder.ts";

/** A picture of our own host: the policy of the pages would block any other. */
const OWN_PATH = /^\/(?!\/)[^\s"'<>\\]*$/;

/** Most pictures of a product that its page shows. */
const MAX_PICTURES = 12;

/** The addresses of a product's pictures; a drawing in their place when it has none. */
export function picturesOf(product: SnapshotProduct, assets: Assets): string[] {
  const own = product.images.filter((path) => OWN_PATH.test(path)).slice(0, MAX_PICTURES);
  if (own.length > 0) return own;
  return [assets.path(`placeholder-${placeholderNumber(product.productId)}.svg`)];
}

/** The addresses of all drawings, by number: `productId % length` is a product's own. */
export function placeholderPaths(assets: Assets): string[] {
  return Array.from({ length: PLACEHOLDERS }, (_, at) => assets.path(`placeholder-${at}.svg`));
}
