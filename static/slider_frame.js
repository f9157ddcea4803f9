/** The dialog of the slider as elements, without any behaviour. */

const SVG = "http://www.w3.org/2000/svg";

/** Drawings of 24 × 24, as paths that are stroked. */
const DRAWINGS = {
  arrow: "M5 12h13M12.5 5.5 19 12l-6.5 6.5",
  check: "M5 12.5 10 17.5 19.5 7",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  refresh: "M19 12a7 7 0 1 1-2.1-5M19.5 3.5V8H15",
};

/** An element with attributes (`part` becomes `data-part`) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name === "part" ? "data-part" : name, value);
  }
  element.append(...children);
  return element;
}

function drawing(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `slider-drawing slider-drawing-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", DRAWINGS[name]);
  svg.append(path);
  return svg;
}

function button(part, text, className = "plain") {
  return make("button", { type: "button", part, class: className }, text);
}

function stage(words) {
  return make(
    "div",
    { class: "slider-stage", part: "stage" },
    make("img", { part: "background", alt: words.picture, draggable: "false" }),
    make("img", { part: "piece", alt: "", draggable: "false" }),
    make(
      "div",
      { class: "slider-cover", part: "cover" },
      make("span", { class: "slider-spinner", "aria-hidden": "true" }),
      button("retry", words.retry, ""),
      make("span", { class: "slider-count", part: "count", "aria-hidden": "true" }),
      make("span", { class: "slider-badge", "aria-hidden": "true" }, drawing("check")),
    ),
  );
}

function track(words) {
  return make(
    "div",
    { class: "slider-track", part: "track" },
    make("div", { class: "slider-fill" }),
    make("span", { class: "slider-hint", "aria-hidden": "true" }, words.hint),
    make(
      "div",
      {
        class: "slider-handle",
        part: "handle",
        role: "slider",
        tabindex: "0",
        "aria-label": words.handle,
        "aria-describedby": "slider-lead slider-keys",
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": "0",
        "aria-disabled": "true",
      },
      drawing("arrow"),
      drawing("check"),
      drawing("close"),
    ),
  );
}

function puzzleView(words) {
  return make(
    "div",
    { class: "slider-view", part: "puzzle" },
    make("p", { id: "slider-lead", class: "slider-lead" }, words.lead),
    stage(words),
    track(words),
  );
}

function waitingView(words) {
  return make(
    "div",
    { class: "slider-view slider-waiting", part: "waiting" },
    make("p", { class: "slider-lead", part: "waiting-lead" }),
    make("progress", { max: "1", value: "0", part: "progress", "aria-label": words.quietProgress }),
    make("p", { class: "slider-left", part: "left" }),
    button("start", words.quietStart, ""),
    button("back", words.quietBack),
  );
}

/** The dialog, not yet in the page. Its parts are found by `data-part`. */
export function makeDialog(words) {
  const close = make("button", {
    type: "button",
    part: "close",
    class: "slider-close",
    "aria-label": words.close,
  }, drawing("close"));
  const refresh = button("refresh", "", "slider-link");
  refresh.append(drawing("refresh"), words.refresh);
  return make(
    "dialog",
    { class: "slider", "aria-labelledby": "slider-title" },
    make(
      "div",
      { class: "slider-head" },
      make("h2", { id: "slider-title", part: "title" }, words.title),
      close,
    ),
    puzzleView(words),
    waitingView(words),
    make(
      "div",
      { class: "slider-notes" },
      make("p", { class: "slider-message", role: "status", part: "message" }),
      make("p", { id: "slider-keys", class: "slider-keys" }, words.keyHelp),
    ),
    make("p", { class: "slider-spoken", role: "status", part: "spoken" }),
    make(
      "div",
      { class: "slider-foot", part: "foot" },
      refresh,
      button("quiet", words.quiet, "slider-link"),
    ),
  );
}
