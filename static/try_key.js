/**
 * The `Idempotency-Key` of a try, made once and kept in this tab until the try has a final answer.
 * A reload or a lost connection in between repeats the very same request, which is always safe.
 */

function nameOf(saleId, productId) {
  return `dropgate:try:${saleId}-${productId}`;
}

/** `crypto.randomUUID` needs https; this does not. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The try under way: `{key, quantity, userId}`, or null. */
export function readTry(saleId, productId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(nameOf(saleId, productId)));
    return typeof kept?.key === "string" && Number.isInteger(kept.quantity) ? kept : null;
  } catch {
    return null;
  }
}

/** The try under way for this buyer, or a new one. A kept try keeps its quantity. */
export function beginTry(saleId, productId, userId, quantity) {
  const kept = readTry(saleId, productId);
  if (kept && kept.userId === userId) return kept;
  const fresh = { key: newKey(), quantity, userId };
  try {
    sessionStorage.setItem(nameOf(saleId, productId), JSON.stringify(fresh));
  } catch {
    // Without storage a reload makes a new try; the ledger still sells one per buyer.
  }
  return fresh;
}

/** The try has its final answer. */
export function endTry(saleId, productId) {
  try {
    sessionStorage.removeItem(nameOf(saleId, productId));
  } catch {
    // Nothing was kept.
  }
}
