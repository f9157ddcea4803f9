import { endOfValue, findMember, memberNeedle, memberText } from "./body_scan.ts";
import { ByteSlab } from "./byte_slab.ts";
import { LatencyHistogram } from "./histogram.ts";
import type { ResponseReader } from "./response_reader.ts";

/** Width of one bar of the course of a run. */
export const COURSE_STEP_MS = 250;

/** Most bars of a course: half an hour; what comes later counts in the last one. */
const MAX_COURSE_STEPS = 7200;

/** Most kinds of answers that are counted apart. */
const MAX_KINDS = 64;

/** Unexpected answers that are kept word by word. */
const MAX_SAMPLES = 5;

const TICKET = memberNeedle("ticket");
const CODE = memberNeedle("code");
const NO_TICKET = -1;

/** A ticket that a buyer heard of. */
export interface HeardTicket {
  /** Number of the buyer in the crowd. */
  buyer: number;
  ticket: string;
}

/** What the buyers heard, counted on the hot path with as little work as it takes. */
export class BuyAnswers {
  /** Latencies of the `reserved` answers, and of all answers. */
  readonly reservedLatency = new LatencyHistogram();
  readonly latency = new LatencyHistogram();
  /** Answers by `status code`, say `409 sold_out`. */
  readonly kinds = new Map<string, number>();
  /** `reserved` answers and all answers in each `COURSE_STEP_MS`. */
  readonly course: { reserved: number; all: number }[] = [];
  readonly samples: string[] = [];
  reserved = 0;
  processing = 0;
  soldOut = 0;
  /** 5xx answers. */
  serverErrors = 0;
  /** Neither reserved, processing nor sold out; 5xx among them. */
  unexpected = 0;
  /** Buyers whom no try brought an answer. */
  unanswered = 0;
  /** When the first and the last `reserved` were heard, `performance.now()`. */
  firstReservedAtMs = 0;
  lastReservedAtMs = 0;
  /** Set by whoever starts the clock. */
  startedAtMs = 0;

  readonly #tickets = new ByteSlab();
  readonly #ticketBuyers: number[] = [];
  readonly #pending: number[] = [];

  /** Takes in one answer to a buyer's request. */
  take(buyer: number, answer: ResponseReader, latencyMs: number, nowMs: number): void {
    const { status } = answer;
    this.latency.record(latencyMs);
    const step = this.#stepAt(nowMs);
    step.all += 1;
    if (status === 201 || status === 200) {
      if (this.#keepTicket(buyer, answer) === NO_TICKET) {
        this.#count(`${status} without a ticket`);
        this.#unexpected(answer);
        return;
      }
      this.#count(status === 201 ? "201 reserved" : "200 reserved");
      this.reserved += 1;
      step.reserved += 1;
      this.reservedLatency.record(latencyMs);
      this.lastReservedAtMs = nowMs;
      if (this.firstReservedAtMs === 0) this.firstReservedAtMs = nowMs;
    } else if (status === 202) {
      const kept = this.#keepTicket(buyer, answer);
      this.#count(kept === NO_TICKET ? "202 without a ticket" : "202 processing");
      if (kept === NO_TICKET) return this.#unexpected(answer);
      this.processing += 1;
      this.#pending.push(kept);
    } else this.#takeRefusal(answer);
  }

  /** Takes note of a buyer who got no answer. */
  takeUnanswered(error: unknown): void {
    this.unanswered += 1;
    this.#sample(`no answer: ${error}`);
  }

  /** The tickets of the `reserved` answers. Reads a slab: not for the hot path. */
  reservedTickets(): HeardTicket[] {
    const pending = new Set(this.#pending);
    return this.#heard().filter((_, number) => !pending.has(number));
  }

  /** The tickets of the `processing` answers. */
  processingTickets(): HeardTicket[] {
    const heard = this.#heard();
    return this.#pending.map((number) => heard[number]!);
  }

  #heard(): HeardTicket[] {
    const decoder = new TextDecoder();
    return this.#ticketBuyers.map((buyer, number) => ({
      buyer,
      ticket: decoder.decode(this.#tickets.get(number)),
    }));
  }

  #keepTicket(buyer: number, answer: ResponseReader): number {
    const { bytes, bodyStart, bodyEnd } = answer;
    const start = findMember(bytes, bodyStart, bodyEnd, TICKET);
    if (start === -1) return NO_TICKET;
    this.#ticketBuyers.push(buyer);
    return this.#tickets.append(bytes, start, endOfValue(bytes, start, bodyEnd));
  }

  #takeRefusal(answer: ResponseReader): void {
    const { status, bytes, bodyStart, bodyEnd } = answer;
    const code = memberText(bytes, bodyStart, bodyEnd, CODE);
    this.#count(code === "" ? String(status) : `${status} ${code}`);
    if (status === 409 && code === "sold_out") {
      this.soldOut += 1;
      return;
    }
    if (status >= 500) this.serverErrors += 1;
    this.#unexpected(answer);
  }

  #unexpected(answer: ResponseReader): void {
    this.unexpected += 1;
    if (this.samples.length < MAX_SAMPLES) {
      const body = new TextDecoder().decode(answer.body().subarray(0, 400));
      this.#sample(`${answer.status} ${body}`);
    }
  }

  #sample(text: string): void {
    if (this.samples.length < MAX_SAMPLES) this.samples.push(text);
  }

  #count(kind: string): void {
    const count = this.kinds.get(kind);
    if (count === undefined && this.kinds.size >= MAX_KINDS) return this.#count("other");
    this.kinds.set(kind, (count ?? 0) + 1);
  }

  #stepAt(nowMs: number): { reserved: number; all: number } {
    const step = Math.floor((nowMs - this.startedAtMs) / COURSE_STEP_MS);
    const number = Math.max(0, Math.min(step, MAX_COURSE_STEPS - 1));
    while (this.course.length <= number) this.course.push({ reserved: 0, all: 0 });
    return this.course[number]!;
  }
}
