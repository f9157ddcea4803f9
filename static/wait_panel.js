import { make } from "./dom.js";
import { WORDS } from "./words.js";

/** Waits that are long enough for the person to want out of them, ms. */
const STOPPABLE_MS = 2_500;

/** Says what is waited for, counts it down, and lets the person stop waiting. */
export class WaitPanel {
  /** `outcome` says it; the button to stop is put into `element`. */
  constructor(outcome, element) {
    this.outcome = outcome;
    this.element = element;
    this.end = null;
  }

  /** True during a wait. */
  get waiting() {
    return this.end !== null;
  }

  /**
   * Waits some ms, or until `over` resolves where that is given. True when it is over, false when
   * the person would not wait.
   */
  wait(kind, ms, over = null) {
    this.stop();
    const endsAt = performance.now() + ms;
    const counts = over === null && ms >= 1_000;
    return new Promise((resolve) => {
      const end = this.end = (goesOn) => {
        clearInterval(timer);
        if (this.end !== end) return;
        this.end = null;
        this.element.replaceChildren();
        resolve(goesOn);
      };
      const look = () => {
        const leftMs = endsAt - performance.now();
        if (leftMs <= 0 && over === null) return end(true);
        const left = counts ? WORDS.waits.left(Math.ceil(leftMs / 1_000)) : "";
        this.outcome.say({ tone: "wait", ...WORDS.waits[kind], left });
      };
      const timer = setInterval(look, 200);
      over?.then(() => end(true));
      if (over !== null || ms >= STOPPABLE_MS) this.offerStop();
      look();
    });
  }

  /** Ends a wait early; whoever waits hears that it was stopped. */
  stop() {
    this.end?.(false);
  }

  offerStop() {
    const button = make("button", {
      type: "button",
      class: "plain small",
      text: WORDS.buttons.stop,
      "data-part": "stop",
      on: () => this.stop(),
    });
    this.element.replaceChildren(button);
  }
}
