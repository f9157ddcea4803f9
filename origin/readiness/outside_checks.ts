import { withDeadline } from "../../shared/shutdown.ts";
import {
  bad,
  type Check,
  CHECK_TIMEOUT_MS,
  count,
  type Finding,
  good,
  type ReadinessParts,
} from "./readiness.ts";

/** What is not ours and is needed all the same. */
export const OUTSIDE_CHECKS: Check[] = [
  {
    name: "payment",
    appliesTo: () => true,
    advice: "See that the payment provider answers and that its keys are right.",
    look: lookAtPayment,
  },
  {
    name: "webhook",
    appliesTo: () => true,
    advice: "See that the database answers.",
    look: lookAtWebhook,
  },
];

async function lookAtPayment(_: unknown, { gateway }: ReadinessParts): Promise<Finding> {
  if (!gateway.check) {
    return good("The gateway cannot be asked", "Pay one order of a test sale before this one.");
  }
  const abort = new AbortController();
  try {
    return await withDeadline(gateway.check(abort.signal), CHECK_TIMEOUT_MS, "asking the provider");
  } finally {
    abort.abort();
  }
}

/** Workers tell the shop all the time: what the last tries came to says whether it can be reached. */
async function lookAtWebhook(_: unknown, { webhook }: ReadinessParts): Promise<Finding> {
  const { url, attempts, lastError, failed } = await webhook.status();
  if (url === null) return good("The shop is not told of orders: SHOP_WEBHOOK_URL is not set");
  if (attempts > 0) {
    return bad(
      `${count(attempts, "try", "tries")} failed at ${url}: ${lastError ?? "no reason is known"}`,
      "See that the shop answers there with 2xx; send a test from the page of the webhook.",
    );
  }
  return good(
    `The shop is told at ${url}`,
    failed === 0
      ? null
      : `${count(failed, "delivery", "deliveries")} were given up earlier: send them again.`,
  );
}
