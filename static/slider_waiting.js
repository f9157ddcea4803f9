import { answerChallenge, askToWait } from "./slider_talk.js";
import { clamp } from "./slider_track.js";
import { fill } from "./slider_words.js";
import { startWork } from "./slider_work.js";

/**
 * The way to a pass for whoever cannot see the picture: the device does some arithmetic in a thread
 * of its own while everybody waits for a time that the server measures.
 */

/** What is said before the server has told how long it takes, s. */
const USUAL_WAIT_S = 20;

/** How often the bar moves, ms. */
const TICK_MS = 250;

/** How long after the server's time the answer leaves, ms: its clock and ours run side by side. */
const MARGIN_MS = 200;

/** Answers that the server may find too early before this gives up. */
const MAX_EARLY = 3;

export class WaitingView {
  #words;
  #parts;
  #saleId;
  #events;
  /** What is under way; null when nothing is. */
  #run = null;

  /** `events`: `onPassed(answer)`, `onSay(text, tone)`, `onSpeak(text)`, `onRefused(kind)`. */
  constructor(root, words, saleId, events) {
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    this.#words = words;
    this.#saleId = saleId;
    this.#events = events;
    this.#parts = {
      lead: part("waiting-lead"),
      progress: part("progress"),
      left: part("left"),
      start: part("start"),
    };
    this.#parts.start.addEventListener("click", () => this.#start());
  }

  /** Explains itself; nothing runs yet. */
  open() {
    this.#show(null);
    this.#parts.start.focus();
  }

  /** Ends what is under way. */
  stop() {
    this.#run?.work?.stop();
    this.#run = null;
    this.#show(null);
  }

  async #start() {
    const run = this.#run = { work: null, done: 0 };
    this.#events.onSay("", "");
    this.#show({ left: this.#words.loading, share: 0 });
    const answer = await askToWait(this.#saleId);
    if (this.#run !== run) return;
    if (answer.kind !== "wait") return this.#end(answer);
    const { challengeId, waitMs, work } = answer.wait;
    this.#events.onSpeak(fill(this.#words.quietStarted, { s: Math.ceil(waitMs / 1000) }));
    run.work = startWork(work, (done) => run.done = done / work.count);
    const [solutions] = await Promise.all([run.work.result, this.#wait(run, waitMs)]);
    if (this.#run !== run) return;
    if (solutions === null) return this.#end({ kind: "unable" });
    await this.#answer(run, challengeId, solutions);
  }

  /** Lets the time pass, in sight of everybody. The bar shows what takes longer, time or work. */
  #wait(run, waitMs) {
    const startedAt = performance.now();
    let half = false;
    return new Promise((resolve) => {
      const tick = () => {
        if (this.#run !== run) return resolve();
        const passedMs = performance.now() - startedAt;
        const share = clamp(Math.min(passedMs / waitMs, run.done), 0, 1);
        const leftS = Math.ceil((waitMs - passedMs) / 1000);
        const left = leftS > 0 ? fill(this.#words.quietLeft, { s: leftS }) : this.#words.quietSoon;
        this.#show({ left, share });
        if (!half && passedMs > waitMs / 2) {
          half = true;
          this.#events.onSpeak(this.#words.quietHalf);
        }
        if (passedMs >= waitMs + MARGIN_MS && run.done === 1) return resolve();
        setTimeout(tick, TICK_MS);
      };
      // A browser that cannot do the work says so at once.
      run.work.result.then((solutions) => solutions === null && resolve());
      tick();
    });
  }

  async #answer(run, challengeId, solutions) {
    for (let n = 0; n < MAX_EARLY; n += 1) {
      const answer = await answerChallenge(challengeId, { solutions });
      if (this.#run !== run) return;
      if (answer.kind !== "limited") return this.#end(answer);
      await new Promise((resolve) => setTimeout(resolve, answer.waitS * 1000));
      if (this.#run !== run) return;
    }
    this.#end({ kind: "failed" });
  }

  #end(answer) {
    const words = this.#words;
    this.#run = null;
    if (answer.kind === "passed") return this.#events.onPassed(answer);
    this.#show(null);
    this.#parts.start.focus();
    if (answer.kind === "failed") this.#events.onSay(words.quietLate, "bad");
    else if (answer.kind === "unable") this.#events.onSay(words.quietUnable, "bad");
    else if (answer.kind === "limited") {
      this.#events.onSay(fill(words.quietBusy, { s: answer.waitS }), "wait");
    } else this.#events.onRefused(answer.kind);
  }

  /** `null`: before the start. */
  #show(course) {
    const { lead, progress, left, start } = this.#parts;
    lead.textContent = fill(this.#words.quietLead, { s: USUAL_WAIT_S });
    progress.hidden = left.hidden = course === null;
    start.hidden = course !== null;
    if (course === null) return;
    progress.value = course.share;
    left.textContent = course.left;
  }
}
