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

/** What stands on the buttons of an unpaid order. */
export const ACTION_WORDS = {
  pay: "Pay now",
  paying: "One moment…",
  cancel: "Cancel",
  cancelling: "Cancelling…",
  question: "Give this piece back? Somebody else can buy it at once.",
  sure: "Yes, cancel",
  keep: "Keep it",
};

/** Why paying or cancelling did not work; empty where the order itself says it. */
export function actionFailure(what, { code, detail, orderStatus }) {
  if (code === "unauthenticated") return "Sign in again first.";
  if (orderStatus === "processing") {
    return "We are still writing your order. Try again in a moment.";
  }
  if (code === "not_payable" || code === "not_cancellable") return "";
  if (what === "cancel") return "We could not be reached. Nothing is lost; try again.";
  return detail ? `Paying does not work now: ${detail}.` : "We could not be reached. Try again.";
}

const REASONS = {
  late: "It reached us too late to be kept.",
  lost_in_recovery: "It was lost in a failure on our side before it was confirmed.",
  expired: "It was not paid in time.",
  by_buyer: "You cancelled it.",
};

const BUY_AGAIN = "You can buy again while there are pieces.";

function why(reason) {
  if (!reason) return "";
  return REASONS[reason] ?? `The reason: ${reason.replaceAll("_", " ")}.`;
}

/** What an order's status means: heading, text, tone, and the time that is left to pay. */
export function orderWords({ status, reason, payByText, leftText }) {
  switch (status) {
    case "processing":
      return { tone: "wait", title: "Recorded", text: "We are confirming your reservation…" };
    case "unpaid":
      if (payByText && !leftText) {
        const text = "It was not paid in time. The piece goes back in a moment.";
        return { tone: "wait", title: "The time to pay is over", text };
      }
      return {
        tone: "good",
        title: "Reserved for you",
        text: payByText ? `Pay by ${payByText}, or it goes back.` : "Waiting for payment.",
        left: leftText ? `${leftText} left to pay` : "",
      };
    case "paid":
      return { tone: "good", title: "Paid", text: "Thank you. It is yours." };
    case "cancelled":
      if (reason === "by_buyer") {
        return {
          tone: "bad",
          title: "You cancelled it",
          text: `The piece went back. ${BUY_AGAIN}`,
        };
      }
      if (reason === "expired") {
        return {
          tone: "bad",
          title: "Not paid in time",
          text: `The piece went back. ${BUY_AGAIN}`,
        };
      }
      return { tone: "bad", title: "Cancelled", text: `${why(reason)} ${BUY_AGAIN}`.trim() };
    case "refused": {
      const text = `${why(reason)} You were not charged. ${BUY_AGAIN}`.trim();
      return { tone: "bad", title: "Could not be kept", text };
    }
    case "refund_due": {
      const text = `${why(reason)} What you paid is on its way back to you.`.trim();
      return { tone: "wait", title: "Your money comes back", text };
    }
    case "refunded": {
      const text = `${why(reason)} What you paid was given back.`.trim();
      return { tone: "bad", title: "Your money was given back", text };
    }
    default:
      return { tone: "wait", title: status, text: why(reason) };
  }
}
