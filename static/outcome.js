import { make, part, setText } from "./dom.js";

/** The panel that says what became of a try or of an order. */
export class Outcome {
  constructor(element) {
    this.element = element;
    this.spoken = "";
  }

  /** Puts the focus on what is said. */
  focus() {
    this.element.tabIndex = -1;
    this.element.focus();
  }

  /**
   * Shows `{tone, title, text, left, ticket}`, or nothing for null. What stands there already is
   * not drawn or read out again; only the running clock `left` changes in place.
   */
  say(words) {
    const { left = "", ...lasting } = words ?? {};
    const spoken = words === null ? "" : JSON.stringify([lasting, left !== ""]);
    if (spoken === this.spoken) return setText(part(this.element, "left"), left);
    this.spoken = spoken;
    this.element.replaceChildren();
    if (words === null) return;
    this.element.dataset.tone = words.tone;
    this.element.append(make("strong", { text: words.title }));
    // The running clock would be read out every second.
    if (left) {
      this.element.append(make("p", { text: left, "data-part": "left", "aria-live": "off" }));
    }
    if (words.text) this.element.append(make("p", { text: words.text, "data-part": "text" }));
    if (words.ticket) this.element.append(make("code", { text: words.ticket }));
  }
}
