import { pause, whenVisible } from "./api.js";
import { serverNowMs } from "./clock.js";
import { makeDialog } from "./slider_frame.js";
import { PuzzleView } from "./slider_puzzle.js";
import { answerChallenge, askPuzzle, lifeMs } from "./slider_talk.js";
import { WaitingView } from "./slider_waiting.js";
import { fill, sliderWords } from "./slider_words.js";

/** How long a failure is seen before the next puzzle comes, ms. */
const FAILED_PAUSE_MS = 1_100;
/** How long the happy end is seen, ms. */
const PASSED_PAUSE_MS = 650;
/** After so many failures in a row there is a longer pause, which grows each time, s. */
const FAILURES_IN_A_ROW = 4;
const LONG_PAUSE_S = 8;
const MAX_PAUSE_S = 60;
/** How often this asks by itself while there are more people than puzzles, and no two in step. */
const MAX_BUSY = 5;
const BUSY_JITTER_MS = 1_500;
/** Puzzles that run out one after the other before this asks whether somebody is there. */
const MAX_RENEWALS = 2;

/** Refusals after which no puzzle helps. */
const ENDS = ["signedOut", "blocked", "gone"];

/** States in which the picture is of no use. */
const COVERED = ["away", "idle", "pausing"];

/** The dialog that is open: there is only one. */
let open = null;

/**
 * Asks the person for the slider. Resolves with `{pass, expiresAt}`, or with null when the dialog
 * was closed. The focus goes back to `opener`. While one is open, asking again gives the same one.
 */
export function askSlider({ saleId, opener = document.activeElement }) {
  open ??= new SliderDialog(saleId, opener).show().finally(() => open = null);
  return open;
}

class SliderDialog {
  constructor(saleId, opener) {
    this.saleId = saleId;
    this.opener = opener;
    this.words = sliderWords(document.documentElement.lang);
    this.dialog = makeDialog(this.words);
    /** Counts what was begun: an answer that belongs to something older is dropped. */
    this.round = 0;
    this.failures = 0;
    this.renewals = 0;
    this.busy = 0;
    this.result = null;
    this.expiry = 0;
    this.puzzle = new PuzzleView(this.dialog, this.words, {
      onAnswer: (answer) => this.check(answer),
      onDrag: (dragging) => this.go(dragging ? "dragging" : "ready"),
    });
    this.waiting = new WaitingView(this.dialog, this.words, saleId, {
      onPassed: (answer) => this.passed(answer),
      onSay: (text, tone) => this.say(text, tone),
      onSpeak: (text) => this.speak(text),
      onRefused: (kind) => this.refused({ kind }),
    });
    const onClick = (name, act) => this.part(name).addEventListener("click", act);
    onClick("close", () => this.dialog.close());
    onClick("refresh", () => this.load());
    onClick("retry", () => this.load());
    onClick("quiet", () => this.goQuiet());
    onClick("back", () => this.goBack());
  }

  part(name) {
    return this.dialog.querySelector(`[data-part=${name}]`);
  }

  /** Opens; resolves when it is closed. */
  show() {
    document.body.append(this.dialog);
    const closed = new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.close()), { once: true });
    });
    this.dialog.dataset.view = "puzzle";
    this.dialog.showModal();
    this.puzzle.focus();
    this.load();
    return closed;
  }

  close() {
    this.begin();
    this.waiting.stop();
    this.dialog.remove();
    this.opener?.focus();
    // A button that is switched off takes no focus: then it goes where the page can be read on.
    if (document.activeElement === document.body) {
      document.querySelector("#main")?.focus({ preventScroll: true });
    }
    return this.result;
  }

  /** Whatever was under way before counts no more. */
  begin() {
    clearTimeout(this.expiry);
    this.round += 1;
    return this.round;
  }

  go(state) {
    this.dialog.dataset.state = state;
    if (ENDS.includes(state)) this.dialog.dataset.covered = "for-good";
    else if (COVERED.includes(state)) this.dialog.dataset.covered = "for-now";
    else delete this.dialog.dataset.covered;
    this.puzzle.enabled = state === "ready" || state === "dragging";
    this.part("stage").setAttribute("aria-busy", String(state === "loading"));
    this.part("refresh").disabled = ["checking", "loading", "passed", "pausing"].includes(state) ||
      ENDS.includes(state);
  }

  /** Shows words, once: what stands there already is not read out again. */
  say(text, tone = "") {
    const message = this.part("message");
    message.dataset.tone = tone;
    if (message.textContent !== text) message.textContent = text;
  }

  /** Only for those who hear the page. */
  speak(text) {
    this.part("spoken").textContent = text;
  }

  /** Gets a puzzle. `text` stays in sight with it: why there is a new one. */
  async load(text = "", tone = "") {
    const round = this.begin();
    this.go("loading");
    this.say(text, tone);
    this.speak(this.words.loading);
    const answer = await askPuzzle(this.saleId);
    if (this.round !== round) return;
    if (answer.kind !== "puzzle") return this.refused(answer);
    const shown = await this.puzzle.show(answer.puzzle).then(() => true, () => false);
    if (this.round !== round) return;
    if (!shown) return this.refused({ kind: "away" });
    this.busy = 0;
    this.go("ready");
    this.speak(this.words.ready);
    const { challengeId, expiresAt } = answer.puzzle;
    this.challengeId = challengeId;
    this.expired = false;
    this.expiry = setTimeout(() => this.expire(round), lifeMs(expiresAt, serverNowMs()));
  }

  /** The challenge has run out. Somebody who holds the piece is not interrupted. */
  async expire(round) {
    this.expired = true;
    if (this.dialog.dataset.state !== "ready" || this.dialog.dataset.view !== "puzzle") return;
    this.renewals += 1;
    if (this.renewals > MAX_RENEWALS) {
      this.go("idle");
      return this.say(this.words.idle, "wait");
    }
    await whenVisible();
    if (this.round === round && !this.puzzle.dragging) this.load(this.words.expired, "wait");
  }

  async check(answer) {
    this.renewals = 0;
    if (this.expired) return this.load(this.words.expired, "wait");
    const round = this.begin();
    this.go("checking");
    this.say(this.words.checking);
    const verdict = await answerChallenge(this.challengeId, answer);
    if (this.round !== round) return;
    if (verdict.kind === "passed") return this.passed(verdict);
    if (verdict.kind !== "failed") return this.refused(verdict);
    this.failures += 1;
    this.go("failed");
    if (this.failures % FAILURES_IN_A_ROW === 0) {
      const waitS = Math.min(MAX_PAUSE_S, LONG_PAUSE_S * this.failures / FAILURES_IN_A_ROW);
      return this.countDown(this.words.failedOften, waitS, this.words.failedHint);
    }
    this.say(this.words.failed, "bad");
    await pause(FAILED_PAUSE_MS);
    if (this.round === round) this.load(this.words.failed, "bad");
  }

  /** Solved, or waited for. */
  async passed({ pass, expiresAt }) {
    this.begin();
    this.result = { pass, expiresAt };
    this.go("passed");
    this.say(this.words.passed, "good");
    await pause(PASSED_PAUSE_MS);
    this.dialog.close();
  }

  /** There is no puzzle, or no verdict. */
  refused({ kind, waitS }) {
    const puzzling = this.dialog.dataset.view === "puzzle";
    if (kind === "limited") return this.countDown(this.words.limited, waitS);
    if (kind === "busy" && puzzling && this.busy < MAX_BUSY) {
      this.busy += 1;
      return this.countDown(this.words.busySoon, waitS, "", Math.random() * BUSY_JITTER_MS);
    }
    this.busy = 0;
    this.go(ENDS.includes(kind) ? kind : "away");
    this.say(this.words[kind] ?? this.words.away, ENDS.includes(kind) ? "bad" : "wait");
    if (ENDS.includes(kind)) this.part("close").focus();
    else if (puzzling) this.part("retry").focus();
  }

  /** Counts seconds down, and `restMs` in silence, then gets a puzzle with `textAfter`. */
  async countDown(text, waitS, textAfter = "", restMs = 0) {
    const round = this.begin();
    this.go("pausing");
    this.say(fill(text, { n: this.failures }), "wait");
    // The running number is seen only: it would be read out every second.
    this.speak(fill(this.words.counted, { s: waitS }));
    for (let leftS = waitS; leftS > 0; leftS -= 1) {
      this.part("count").textContent = fill(this.words.count, { s: leftS });
      await pause(1_000);
      if (this.round !== round) return;
    }
    await pause(restMs);
    await whenVisible();
    if (this.round === round) this.load(textAfter);
  }

  goQuiet() {
    this.begin();
    this.say("");
    this.dialog.dataset.view = "waiting";
    this.part("title").textContent = this.words.quietTitle;
    this.go("quiet");
    this.waiting.open();
  }

  goBack() {
    this.waiting.stop();
    this.dialog.dataset.view = "puzzle";
    this.part("title").textContent = this.words.title;
    this.puzzle.focus();
    this.load();
  }
}
