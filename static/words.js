/** What the page says for each state and outcome. */

export const STATE_WORDS = {
  upcoming: "Starts soon",
  open: "Open now",
  sold_out: "Sold out",
  paused: "Paused",
  ended: "Ended",
};

/** What the button says while it cannot be used. */
export const CLOSED_BUTTON = {
  upcoming: "Not open yet",
  sold_out: "Sold out",
  paused: "Paused for a moment",
  ended: "Ended",
};

const REFUSALS = {
  invalid: "This could not be understood. Check the quantity.",
  too_large: "This could not be understood.",
  unauthenticated: "Sign in first, then press Buy again.",
  not_eligible: "This sale is not open to your account.",
  blocked: "This account cannot buy here.",
  unknown_item: "This product is not in the sale any more.",
  sold_out: "Sold out. Pieces that are not paid in time come back, so it can be worth waiting.",
  already_bought: "You already have a reservation for this product.",
  order_ended: "This order has ended. Press Buy to try again.",
  idempotency_mismatch: "You asked for another quantity before. That reservation stands.",
  ended: "The sale has ended.",
  not_started: "The sale has not started yet.",
  rate_limited: "Too many tries. Wait a moment, then press Buy again.",
  captcha_required: "Please solve the slider first.",
  paused: "The sale is paused for a moment. Press Buy again soon; your place is safe.",
  busy: "Very many people are buying. Press Buy again; your place is safe.",
  unavailable: "We could not be reached. Press Buy again; you cannot be charged twice.",
};

/** Why not, in words. */
export function refusalWords(code) {
  return REFUSALS[code] ?? "That did not work. Press Buy again; you cannot be charged twice.";
}

const REASONS = {
  late: "it reached us too late",
  lost_in_recovery: "it was lost in a failure on our side before it was confirmed",
  expired: "it was not paid in time",
  by_buyer: "you cancelled it",
};

/** What an order's status means: heading, text and tone. */
export function orderWords({ status, reason, payByText, leftText }) {
  const why = reason ? `Because ${REASONS[reason] ?? reason.replaceAll("_", " ")}.` : "";
  switch (status) {
    case "processing":
      return { tone: "wait", title: "Recorded", text: "We are confirming your reservation…" };
    case "unpaid":
      return {
        tone: "good",
        title: "Reserved for you",
        text: payByText
          ? `Pay by ${payByText}${leftText ? ` (${leftText} left)` : ""}.`
          : "Waiting for payment.",
      };
    case "paid":
      return { tone: "good", title: "Paid", text: "Thank you. It is yours." };
    case "cancelled":
      return { tone: "bad", title: "Cancelled", text: why };
    case "refused":
      return { tone: "bad", title: "Could not be kept", text: why };
    case "refund_due":
      return { tone: "wait", title: "Refund on its way", text: why };
    case "refunded":
      return { tone: "bad", title: "Refunded", text: why };
    default:
      return { tone: "wait", title: status, text: why };
  }
}
