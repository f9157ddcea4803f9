/** One product in one sale, the unit that has stock: `saleId-productId`. */
export type ItemKey = `${number}-${number}`;

/** Names the item of a product in a sale. Both ids are positive integers. */
export function itemKey(saleId: number, productId: number): ItemKey {
  return `${saleId}-${productId}`;
}

/** The two ids of an item. @throws {TypeError} when the key is not two positive integers. */
export function parseItemKey(key: string): { saleId: number; productId: number } {
  const match = /^([1-9]\d{0,14})-([1-9]\d{0,14})$/.exec(key);
  if (!match) throw new TypeError(`Cannot read an item key: current value is ${key}`);
  return { saleId: Number(match[1]), productId: Number(match[2]) };
}

/** An item and one life of its ledger. */
export interface ItemEpoch {
  item: ItemKey;
  epoch: number;
}
