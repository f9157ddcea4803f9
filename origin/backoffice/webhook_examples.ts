import type { OrderEventView } from "../feed/event_view.ts";

/** How a shop that runs JavaScript checks what it was sent; a test runs it. */
export const VERIFY_EXAMPLE = `import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

// body: the bytes as they came, before anything parses them
// header: what the request's Dropgate-Signature says
export function isFromDropgate(body, header, key) {
  const [time, ...signatures] = header.split(",");
  const seconds = time.slice("t=".length);
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) <= 300)) return false;
  const expected = createHmac("sha256", key)
    .update(seconds + ".").update(body).digest();
  return signatures.some((signature) => {
    const given = Buffer.from(signature.slice("v1=".length), "hex");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
`;

/** A delivery as the shop gets it; a test holds it against what is sent. */
export const DELIVERY_EXAMPLE: { deliveryId: string; events: OrderEventView[] } = {
  deliveryId: "4711-0_4712-0",
  events: [
    {
      eventId: "4711-0",
      type: "order.created",
      at: "2026-06-01T10:00:00.000Z",
      order: {
        ticket: "7-3-ann-1000000042",
        saleId: 7,
        productId: 3,
        userId: "ann",
        quantity: 1,
        amount: 9900,
        currency: "EUR",
        status: "unpaid",
        payBy: "2026-06-01T10:15:00.000Z",
      },
    },
    {
      eventId: "4712-0",
      type: "order.cancelled",
      at: "2026-06-01T10:15:03.000Z",
      order: {
        ticket: "7-3-bob-1000000017",
        saleId: 7,
        productId: 3,
        userId: "bob",
        quantity: 2,
        amount: 19800,
        currency: "EUR",
        status: "cancelled",
        reason: "expired",
      },
    },
  ],
};
