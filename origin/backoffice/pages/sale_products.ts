import type { AdminClient } from "../../admin/admin_client.ts";
import { take } from "../kit/api_answers.ts";
import type { ProductView } from "./product_form.tsx";

/** Products that a field offers at once. */
export const OFFERED_PRODUCTS = 100;

/** Products asked for at once. */
const AT_ONCE = 20;

/** How a product is written in a field: it can be read, and says which one is meant. */
export function productText({ name, productId }: Pick<ProductView, "name" | "productId">): string {
  return `${name} (No. ${productId})`;
}

/** Newest products whose name has a text in it, or simply the newest. */
export async function offerProducts(api: AdminClient, name: string): Promise<ProductView[]> {
  const query = { page: "1", per: String(OFFERED_PRODUCTS), ...(name === "" ? {} : { name }) };
  return (await take<{ items: ProductView[] }>(await api.products.$get({ query }))).items;
}

/** Products by their ids; those that are gone are missing. */
export async function readProducts(
  api: AdminClient,
  ids: number[],
): Promise<Map<number, ProductView>> {
  const found = new Map<number, ProductView>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id) => {
        const answer = await api.products[":id"].$get({ param: { id: String(id) } });
        if (answer.status === 200) found.set(id, await answer.json());
      }),
    );
  }
  return found;
}

/** The product that a field means, or what to tell its writer. */
export async function findProduct(
  api: AdminClient,
  text: string,
): Promise<{ product: ProductView } | { fault: string }> {
  const number = /\(No[.] ([1-9]\d{0,14})\)$/.exec(text)?.[1] ??
    /^(?:No[.] ?|#)?([1-9]\d{0,14})$/i.exec(text)?.[1];
  if (number !== undefined) {
    const answer = await api.products[":id"].$get({ param: { id: number } });
    if (answer.status === 200) return { product: await answer.json() };
  }
  const named = await offerProducts(api, text.slice(0, 200));
  const same = named.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  const fitting = same.length > 0 ? same : named;
  if (fitting.length === 1) return { product: fitting[0]! };
  if (fitting.length === 0) return { fault: "There is no such product. Choose one of the list." };
  const some = fitting.slice(0, 3).map(productText).join(", ");
  return { fault: `Several products fit: ${some}. Write one of them.` };
}
