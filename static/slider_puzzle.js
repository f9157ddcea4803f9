import { afterKey, pictureScale, pieceAt, TrackRecorder } from "./slider_track.js";
import { fill } from "./slider_words.js";

/** A press that moved the piece less than this, picture pixels, was not meant as an answer. */
const LEAST_MOVE = 3;

/**
 * The picture, the piece and the handle: turns what a mouse, a finger, a pen or the keyboard does
 * into a place and a track. Calls `onAnswer({x, track, input})` when somebody lets go, or presses
 * Enter; takes nothing while it is not `enabled`.
 */
export class PuzzleView {
  #words;
  #parts;
  #onAnswer;
  #onDrag;
  #puzzle = null;
  #enabled = false;
  #recorder = new TrackRecorder();
  #drag = null;
  #byKeys = false;
  #x = 0;

  constructor(root, words, { onAnswer, onDrag }) {
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    this.#words = words;
    this.#onAnswer = onAnswer;
    this.#onDrag = onDrag;
    this.#parts = {
      view: part("puzzle"),
      stage: part("stage"),
      background: part("background"),
      piece: part("piece"),
      track: part("track"),
      handle: part("handle"),
    };
    const { piece, handle } = this.#parts;
    for (const grip of [handle, piece]) {
      grip.addEventListener("pointerdown", (event) => this.#press(event, grip));
      grip.addEventListener("pointermove", (event) => this.#move(event));
      grip.addEventListener("pointerup", (event) => this.#release(event));
      grip.addEventListener("pointercancel", (event) => this.#giveUp(event));
      grip.addEventListener("lostpointercapture", (event) => this.#giveUp(event));
    }
    handle.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows a puzzle with the piece at its left. Throws when its pictures are none. */
  async show(puzzle) {
    const { view, stage, background, piece, handle } = this.#parts;
    background.src = puzzle.background;
    piece.src = puzzle.piece;
    await Promise.all([background.decode(), piece.decode()]);
    this.#puzzle = puzzle;
    // Set through the object model: a style attribute is against the page's policy.
    stage.style.aspectRatio = `${puzzle.width} / ${puzzle.height}`;
    view.style.setProperty("--piece-width", `${100 * puzzle.pieceWidth / puzzle.width}%`);
    view.style.setProperty("--piece-top", `${100 * puzzle.pieceY / puzzle.height}%`);
    handle.setAttribute("aria-valuemax", String(this.#pieceWay));
    this.reset();
  }

  get enabled() {
    return this.#enabled;
  }

  set enabled(enabled) {
    this.#enabled = enabled;
    this.#parts.handle.setAttribute("aria-disabled", String(!enabled));
  }

  get dragging() {
    return this.#drag !== null;
  }

  /** Puts the piece back to the left and forgets the drag. */
  reset() {
    this.#drag = null;
    this.#byKeys = false;
    this.#place(0);
  }

  focus() {
    this.#parts.handle.focus({ preventScroll: true });
  }

  get #pieceWay() {
    return this.#puzzle ? this.#puzzle.width - this.#puzzle.pieceWidth : 0;
  }

  #place(x) {
    this.#x = x;
    const { view, handle } = this.#parts;
    const most = this.#pieceWay;
    view.style.setProperty("--at", String(most > 0 ? x / most : 0));
    handle.setAttribute("aria-valuenow", String(Math.round(x)));
    const where = fill(this.#words.position, { x: Math.round(x), most });
    handle.setAttribute("aria-valuetext", where);
  }

  /** The way that a grip can go on the page, px. */
  #wayOf(grip) {
    return grip.parentElement.clientWidth - grip.offsetWidth;
  }

  #press(event, grip) {
    if (!this.#enabled || this.#drag !== null || event.button !== 0) return;
    event.preventDefault();
    this.#parts.handle.focus({ preventScroll: true });
    // Keys moved the piece before: a drag begins at the left.
    if (this.#x > 0) return this.reset();
    grip.setPointerCapture(event.pointerId);
    const { stage } = this.#parts;
    this.#drag = {
      id: event.pointerId,
      fromX: event.clientX,
      fromY: event.clientY,
      way: this.#wayOf(grip),
      scale: pictureScale(this.#puzzle.width, stage.clientWidth),
    };
    this.#recorder.start(event.timeStamp);
    this.#onDrag(true);
  }

  #move(event) {
    if (this.#drag?.id !== event.pointerId) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const point of passed) this.#follow(point);
    this.#follow(event);
    this.#place(this.#xOf(event));
  }

  #xOf({ clientX }) {
    return pieceAt(clientX - this.#drag.fromX, this.#drag.way, this.#pieceWay);
  }

  #follow(event) {
    const y = (event.clientY - this.#drag.fromY) * this.#drag.scale;
    this.#recorder.add(event.timeStamp, this.#xOf(event), y);
  }

  #release(event) {
    if (this.#drag?.id !== event.pointerId) return;
    this.#follow(event);
    this.#place(this.#xOf(event));
    this.#drag = null;
    this.#onDrag(false);
    if (this.#x < LEAST_MOVE) return this.reset();
    this.#answer("pointer");
  }

  /** The browser took the pointer away: not an answer. */
  #giveUp(event) {
    if (this.#drag?.id !== event.pointerId) return;
    this.reset();
    this.#onDrag(false);
  }

  #key(event) {
    if (!this.#enabled || this.#drag !== null || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.#byKeys && !event.repeat) this.#answer("keyboard", event.timeStamp);
      return;
    }
    const x = afterKey(event, this.#x, this.#pieceWay);
    if (x === null) return;
    event.preventDefault();
    if (!this.#byKeys) this.#recorder.start(event.timeStamp, this.#x);
    this.#recorder.add(event.timeStamp, x, 0);
    this.#byKeys = true;
    this.#place(x);
  }

  #answer(input, atMs) {
    if (atMs !== undefined) this.#recorder.add(atMs, this.#x, 0);
    const track = this.#recorder.points();
    this.#byKeys = false;
    this.#onAnswer({ x: track.at(-1)[1], track, input });
  }
}
