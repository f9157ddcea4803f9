/** Makes elements without markup in strings. */

/** An element with attributes; `text` is its text, `on` its listener for clicks. */
export function make(tag, { text, on, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  if (text !== undefined) element.textContent = text;
  if (on) element.addEventListener("click", on);
  element.append(...children);
  return element;
}

/** Sets a text only when it is another one, so that nothing is drawn or read out again. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** The part of an element by its `data-part`. */
export function part(element, name) {
  return element.querySelector(`[data-part="${name}"]`);
}
