import type { Clock } from "../../shared/clock.ts";
import { type Language, LANGUAGE_VARY, languageOf, LANGUAGES } from "./language.ts";
import { PAGE_HEADERS } from "./security_headers.ts";
import { StoredResponse } from "./stored_response.ts";

/** How a page is made. */
export interface PageMaker {
  /** The page in one language at a moment, ms, without its doctype. */
  render: (language: Language, nowMs: number) => unknown;
  /** Until when, ms, a page made at a moment holds; for ever when left out. */
  holdsUntil?: (nowMs: number) => number;
  status?: number;
  headers?: Record<string, string>;
}

interface Version {
  stored: StoredResponse;
  untilMs: number;
}

/**
 * A page in every language, each made when it is first wanted and kept until the clock makes it
 * wrong. Which one a request hears is decided by its cookie and `Accept-Language`; each has an ETag
 * of its own, so that a cache that asks again is never told that the other one still holds.
 */
export class TranslatedPage {
  readonly #maker: PageMaker;
  readonly #clock: Clock;
  readonly #onMade: (stored: StoredResponse) => void;
  readonly #versions = new Map<Language, Version>();

  /** `onMade` hears every response that was made: to have it compressed. */
  constructor(maker: PageMaker, clock: Clock, onMade: (stored: StoredResponse) => void) {
    this.#maker = maker;
    this.#clock = clock;
    this.#onMade = onMade;
  }

  /** The answer to a GET or HEAD. */
  respond(request: Request): Response {
    return this.#in(languageOf(request.headers)).respond(request);
  }

  /** Makes what is missing, so that nobody waits for it. */
  prepare(): void {
    for (const language of LANGUAGES) this.#in(language);
  }

  #in(language: Language): StoredResponse {
    const nowMs = this.#clock();
    const known = this.#versions.get(language);
    if (known && nowMs < known.untilMs) return known.stored;
    const { render, holdsUntil, status = 200, headers } = this.#maker;
    const stored = new StoredResponse({
      text: `<!DOCTYPE html>${String(render(language, nowMs))}`,
      contentType: "text/html; charset=utf-8",
      headers: { ...PAGE_HEADERS, "content-language": language, ...headers },
      status,
      vary: LANGUAGE_VARY,
    });
    this.#versions.set(language, { stored, untilMs: holdsUntil?.(nowMs) ?? Infinity });
    this.#onMade(stored);
    return stored;
  }
}
