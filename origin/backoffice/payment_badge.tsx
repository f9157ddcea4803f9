import type { PaymentView } from "../admin/payment_schemas.ts";
import { Badge } from "./kit/parts.tsx";

/** Where a captured payment stands. */
export function PaymentBadge({ state }: { state: PaymentView["state"] }) {
  if (state === "stored") return <Badge label="Waits for its order" tone="warn" />;
  if (state === "applied") return <Badge label="Paid the order" tone="good" />;
  return <Badge state={state} />;
}
