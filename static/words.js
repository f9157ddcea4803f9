/**
 * The words of the page's language. Both languages are complete in `words_en.js` and
 * `words_zh.js`; only the one of this page is loaded.
 */

/** `en` or `zh`, as the page was made. */
export const LANGUAGE = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

const { WORDS: words } = LANGUAGE === "zh"
  ? await import("./words_zh.js")
  : await import("./words_en.js");

/** Everything that scripts say. */
export const WORDS = words;

/** Why not, in words: `{title, text}`. */
export function refusalWords(code) {
  return Object.hasOwn(words.refusals, code) ? words.refusals[code] : words.refusals.other;
}

/** Why paying or cancelling did not work; empty where the order itself says it. */
export function actionFailure(what, { code, orderStatus }) {
  if (code === "unauthenticated") return words.actions.signInFirst;
  if (orderStatus === "processing") return words.actions.stillWriting;
  if (code === "not_payable" || code === "not_cancellable") return "";
  return what === "cancel" ? words.actions.cancelFailed : words.actions.payFailed;
}

/** What an order's status means: heading, text, tone, and the time that is left to pay. */
export function orderWords({ status, reason, payByText, leftText }) {
  const { orders } = words;
  if (status === "unpaid") {
    if (payByText && !leftText) return { tone: "wait", ...orders.overdue };
    return {
      tone: "good",
      title: orders.unpaid.title,
      text: payByText ? orders.payBy(payByText) : orders.unpaid.text,
      left: leftText ? orders.left(leftText) : "",
    };
  }
  if (status === "cancelled" && (reason === "by_buyer" || reason === "expired")) {
    return { tone: reason === "expired" ? "bad" : "plain", ...orders[reason] };
  }
  const known = Object.hasOwn(orders.states, status) ? orders.states[status] : null;
  if (known === null) return { tone: "wait", title: status, text: reasonText(reason) };
  return { ...known, text: joinSentences(reasonText(reason), known.text) };
}

/** Sentences one after the other, as the language writes them; empty ones are left out. */
export function joinSentences(...sentences) {
  return sentences.filter((sentence) => sentence !== "").join(words.betweenSentences);
}

function reasonText(reason) {
  if (!reason) return "";
  const { reasons, reasonOther } = words.orders;
  return Object.hasOwn(reasons, reason)
    ? reasons[reason]
    : reasonOther(reason.replaceAll("_", " "));
}
