import { make } from "./dom.js";
import { WORDS } from "./words.js";

/** How long the button says that it copied, ms. */
const COPIED_MS = 2_500;

/** The signed receipt of an order: folded away, to be copied or kept as a file. */
export class Receipt {
  constructor(element) {
    this.element = element;
    this.shown = "";
  }

  /** Shows the receipt of a ticket; an empty one or null takes it away. */
  show(receipt, ticket) {
    const text = receipt || "";
    if (text === this.shown) return;
    this.shown = text;
    this.element.replaceChildren();
    if (text === "") return;
    const words = WORDS.receipt;
    const code = make("code", { text, tabindex: "0", "data-part": "receipt-text" });
    const said = make("span", { class: "sr-only", role: "status" });
    const copy = make("button", {
      type: "button",
      class: "plain small",
      text: words.copy,
      "data-part": "copy",
      on: () => this.copy(text, code, copy, said),
    });
    const save = make("button", {
      type: "button",
      class: "plain small",
      text: words.download,
      "data-part": "download",
      on: () => download(text, `${ticket}.receipt.txt`),
    });
    this.element.append(
      make(
        "details",
        {},
        make("summary", { text: words.title }),
        make("p", { text: words.text }),
        code,
        make("div", { class: "action-row" }, copy, save, said),
      ),
    );
  }

  async copy(text, code, button, said) {
    const words = WORDS.receipt;
    // The clipboard needs https, or this machine.
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    if (!copied) {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
    button.textContent = said.textContent = copied ? words.copied : words.copyFailed;
    setTimeout(() => {
      button.textContent = words.copy;
      said.textContent = "";
    }, COPIED_MS);
  }
}

function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
