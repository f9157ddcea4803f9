import { keptPass } from "./captcha.js";
import { serverNowMs } from "./clock.js";
import { formatSecond, formatSpan, formatTime } from "./format.js";
import { joinSentences, WORDS } from "./words.js";

/** What stands beside an item's button, made from what is known of it. */

/** How much is left; `live` is what the server said last, `total` what was put on sale. */
export function stockText({ stock, soldOutAt }, total, state) {
  const words = WORDS.stock;
  if (stock === -1) return words.unlimited;
  if (stock === 0) return soldOutAt ? words.soldOutAt(formatSecond(soldOutAt)) : words.none;
  return state === "upcoming" ? words.pieces(stock) : words.left(stock, Math.max(stock, total));
}

/** True when only few are left. */
export function isLow({ stock }, total) {
  return stock > 0 && stock <= Math.max(1, total / 10);
}

/** The button before the start, when there is nothing to press. */
export function upcomingText({ startsAtMs }) {
  const words = WORDS.buttons;
  return keptPass() === null ? words.upcoming : words.ready(formatSpan(startsAtMs - serverNowMs()));
}

/** One line of why not; empty while there is nothing to say. */
export function noteText(state, offer, live, { endsAtMs, closed }) {
  const words = WORDS.notes;
  switch (state) {
    case "sold_out":
      return returnText(live, words);
    case "paused":
      return words.paused;
    case "ended":
      if (closed && serverNowMs() < endsAtMs) return words.closed;
      return words.ended(formatTime(endsAtMs));
    case "upcoming":
      if (offer === "solve") return words.solveEarly;
      return keptPass() === null ? words.upcoming : words.ready;
    default:
      return "";
  }
}

/** Why a buyer got nothing: when the last piece went, and when pieces may come back. */
export function soldOutText(live) {
  const words = WORDS.soldOut;
  const at = live.soldOutAt ? words.at(formatSecond(live.soldOutAt)) : "";
  return joinSentences(at, returnText(live, words));
}

/** When pieces of unpaid orders may come back; empty without any. */
function returnText({ mayReturnAt }, words) {
  if (!mayReturnAt) return "";
  return Date.parse(mayReturnAt) > serverNowMs()
    ? words.mayReturnAt(formatTime(mayReturnAt))
    : words.mayReturn;
}
