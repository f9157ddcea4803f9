import type { SnapshotProduct } from "../../shared/internal_api.ts";
import type { Assets } from "./assets.ts";
import { formsOfPath, MEDIA_PATH } from "../../shared/media.ts";
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

/** What an `<img>` says of a picture: where it is, and its sizes if it was uploaded here. */
export interface PictureSource {
  src: string;
  srcset?: string;
  sizes?: string;
}

/**
 * The sizes of a picture to choose from. `shown` is how wide it is shown, as the `sizes` attribute
 * has it; the address alone is the form that fits half a screen, for browsers that choose nothing.
 */
export function pictureSource(path: string, shown: string): PictureSource {
  const forms = formsOfPath(path);
  if (forms === null) return { src: path };
  const address = (name: string) => MEDIA_PATH + name;
  // A picture that was small has several forms of one width: the first of them is enough.
  const widths = new Map(forms.map(({ name, width }) => [width, name]));
  const srcset = [...widths].map(([width, name]) => `${address(name)} ${width}w`).join(", ");
  return { src: address(forms[1]!.name), srcset, sizes: shown };
}

/** The addresses of all drawings, by number: `productId % length` is a product's own. */
export function placeholderPaths(assets: Assets): string[] {
  return Array.from({ length: PLACEHOLDERS }, (_, at) => assets.path(`placeholder-${at}.svg`));
}
