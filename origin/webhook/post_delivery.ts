import type { Clock } from "../../shared/clock.ts";
import { SIGNATURE_HEADER, signWebhook } from "../payments/webhook_signature.ts";
import type { ShopWebhook } from "./webhook_settings.ts";

/** How long the shop may take to answer, from the first try to connect, ms. */
export const SHOP_DEADLINE_MS = 10_000;

/** The header that names a delivery; the same for every try of it. */
export const DELIVERY_HEADER = "dropgate-delivery";

/** What a delivery is sent with. */
export interface PostParts {
  webhook: ShopWebhook;
  clock: Clock;
  fetch(request: Request): Promise<Response>;
  /** Fires when the process stops. */
  signal: AbortSignal;
  deadlineMs?: number;
}

/** What came of one try. `final`: the shop wants to hear no more of it. */
export type PostResult =
  | { kind: "delivered"; status: number }
  | { kind: "failed"; error: string; final: boolean };

/**
 * Tells the shop something, once. Any 2xx answer takes it; what the answer says is not read. The
 * signature covers time and body, so nobody can replay it later or change it.
 */
export async function postDelivery(
  deliveryId: string,
  content: unknown,
  { webhook, clock, fetch, signal, deadlineMs = SHOP_DEADLINE_MS }: PostParts,
): Promise<PostResult> {
  const body = JSON.stringify(content);
  const timeS = Math.floor(clock() / 1_000);
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch(
      new Request(webhook.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "Dropgate",
          [SIGNATURE_HEADER]: signatures(webhook.keys, body, timeS),
          [DELIVERY_HEADER]: deliveryId,
        },
        body,
        // A redirect could lead anywhere, and would change a POST into a GET.
        redirect: "manual",
        signal: AbortSignal.any([deadline, signal]),
      }),
    );
    // However long it is: nothing of it is read.
    await response.body?.cancel().catch(() => {});
    const { status } = response;
    if (status >= 200 && status < 300) return { kind: "delivered", status };
    return { kind: "failed", error: `The shop answered ${status}`, final: status === 410 };
  } catch (error) {
    const reason = deadline.aborted
      ? `The shop did not answer in ${deadlineMs / 1_000} s`
      : reasonOf(error);
    return { kind: "failed", error: reason, final: false };
  }
}

/** `fetch` only says that it failed; why stands in the causes of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // Its query may hold a secret of the shop.
  return error.message.replace(/ for url \([^)]*\)/, "");
}

/** `t=…,v1=…`, with one `v1` for each key. */
function signatures(keys: readonly string[], body: string, timeS: number): string {
  const [first, ...others] = keys.map((key) => signWebhook(key, body, timeS));
  return [first, ...others.map((header) => header.slice(header.indexOf(",") + 1))].join(",");
}
