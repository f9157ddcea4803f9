import { setText } from "./dom.js";
import { WORDS } from "./words.js";

/** Says, over the page and without moving it, that what it shows may be old. */

/** Calls in a row that brought nothing before it is said. */
const FAILURES_TO_SAY = 2;

const toast = document.querySelector("#toast");
let failures = 0;

/** Notes how a call ended that keeps the page fresh. */
export function noteConnection(ok) {
  failures = ok ? 0 : failures + 1;
  paint();
}

function paint() {
  if (!toast) return;
  const lost = !navigator.onLine || failures >= FAILURES_TO_SAY;
  if (lost === !toast.hidden) return;
  toast.hidden = !lost;
  setText(toast, lost ? WORDS.connection.lost : "");
}

addEventListener("offline", paint);
addEventListener("online", paint);
