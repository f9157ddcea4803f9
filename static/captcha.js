import { serverNowMs } from "./clock.js";

/** The captcha pass of this page: asked for, kept in memory until it is used or runs out. */

/** A pass that ends while the request is on its way is of no use. */
const MARGIN_MS = 2_000;

let kept = null;
const listeners = [];

/** Calls `listener` whenever there is a pass, or none any more. */
export function onPass(listener) {
  listeners.push(listener);
}

/** A pass that can be used now, or null. */
export function keptPass() {
  if (kept !== null && kept.expiresAtMs - MARGIN_MS <= serverNowMs()) dropPass();
  return kept?.pass ?? null;
}

/** Forgets the pass: it was used, refused, or somebody else's. */
export function dropPass() {
  if (kept === null) return;
  kept = null;
  tell();
}

/** Loads the slider ahead, so that nobody waits for it when it is needed. */
export function loadSlider() {
  return import("./slider.js");
}

/**
 * Asks for the slider: the pass, or null when it was closed.
 *
 * @throws when the slider cannot be loaded. Some browsers keep a script that failed to load as
 * failed until the page is loaded again.
 */
export async function solveSlider(saleId, opener) {
  const { askSlider } = await loadSlider();
  const solved = await askSlider({ saleId, opener });
  if (solved === null) return null;
  kept = { pass: solved.pass, expiresAtMs: Date.parse(solved.expiresAt) };
  tell();
  return kept.pass;
}

function tell() {
  for (const listener of listeners) listener();
}
