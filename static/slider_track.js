/**
 * The drag of the slider as it is sent: points `[tMs, x, y]`, `tMs` since the press, `x` the left
 * edge of the piece and `y` how far the pointer strayed from the height of the press, both in
 * pixels of the picture, whatever size it is shown in. Knows nothing of the page.
 */

/** Most points that are sent. */
export const MAX_POINTS = 200;

/** Points that are kept at most while a drag goes on; a mouse at 1,000 Hz gives as many in 2 s. */
const MAX_KEPT = 2_000;

/** Longest drag that is measured, ms: a challenge does not live longer. */
const MAX_DRAG_MS = 600_000;

function tenths(value) {
  return Math.round(value * 10) / 10;
}

/** A value that is not outside of its bounds; what is no number becomes `least`. */
export function clamp(value, least, most) {
  return value > least ? Math.min(value, most) : least;
}

/**
 * How far the piece goes when the pointer has gone `movedPx` on a way of `wayPx`: the piece's way
 * takes up the whole of the pointer's.
 */
export function pieceAt(movedPx, wayPx, pieceWay) {
  return wayPx > 0 ? clamp(movedPx / wayPx, 0, 1) * pieceWay : 0;
}

/** Picture pixels that one pixel of the page shows; 1 while the picture has no size yet. */
export function pictureScale(pictureWidth, shownWidth) {
  return shownWidth > 0 && pictureWidth > 0 ? pictureWidth / shownWidth : 1;
}

/** At most `most` of the points, evenly chosen, the first and the last always among them. */
export function thinned(points, most = MAX_POINTS) {
  if (points.length <= most) return points;
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => points[Math.round(n * step)]);
}

/** Records one drag. */
export class TrackRecorder {
  #points = [];
  #startedAt = 0;

  /** The press: where the piece is then, and when (ms on any clock that `add` uses too). */
  start(atMs, x = 0) {
    this.#startedAt = atMs;
    this.#points = [[0, tenths(x), 0]];
  }

  /** A later point. Of points of the same moment the last one counts; none goes back in time. */
  add(atMs, x, y) {
    const last = this.#points.at(-1);
    if (!last) return;
    const tMs = tenths(clamp(atMs - this.#startedAt, 0, MAX_DRAG_MS));
    const point = [Math.max(tMs, last[0]), tenths(x), tenths(y)];
    if (point[0] === last[0] && this.#points.length > 1) this.#points.pop();
    this.#points.push(point);
    if (this.#points.length > MAX_KEPT) this.#points = thinned(this.#points, MAX_KEPT / 2);
  }

  get length() {
    return this.#points.length;
  }

  /** How long it has taken so far, ms. */
  get durationMs() {
    return this.#points.at(-1)?.[0] ?? 0;
  }

  /** The points to send. */
  points() {
    return thinned(this.#points);
  }
}

/** How far a key moves the piece, in picture pixels. */
const STEP = 2;
const LONG_STEP = 10;

/** Where a key takes the piece; null for a key that does not move it. */
export function afterKey({ key, shiftKey }, x, pieceWay) {
  const step = shiftKey ? LONG_STEP : STEP;
  const to = {
    ArrowRight: x + step,
    ArrowUp: x + step,
    ArrowLeft: x - step,
    ArrowDown: x - step,
    PageUp: x + LONG_STEP,
    PageDown: x - LONG_STEP,
    Home: 0,
    End: pieceWay,
  };
  return Object.hasOwn(to, key) ? clamp(to[key], 0, pieceWay) : null;
}
