import { EN } from "./words_en.ts";
import type { PageWords } from "./page_words.ts";
import { ZH } from "./words_zh.ts";

/** The languages that pages speak; the first is for whoever understands neither. */
export const LANGUAGES = ["en", "zh"] as const;

/** A language of the pages: English, or Chinese in simplified characters. */
export type Language = (typeof LANGUAGES)[number];

/** All words of the pages, by language. */
export const PAGE_WORDS: Readonly<Record<Language, PageWords>> = { en: EN, zh: ZH };

/** What pages answer differently to: what `languageOf` reads. */
export const LANGUAGE_VARY = "accept-language, cookie";

/** Longest headers that are read; whoever sends longer ones gets the first language. */
const MAX_HEADER_LENGTH = 8_192;

/** Most languages of an `Accept-Language` header that are looked at. */
const MAX_RANGES = 20;

const COOKIE_PATTERN = /(?:^|;)\s*lang=(en|zh)\s*(?:;|$)/;

/** Text as a language, or null. */
export function readLanguage(text: string): Language | null {
  return LANGUAGES.find((language) => language === text) ?? null;
}

/** The language of a request: the one chosen on a page (cookie), else what the browser asks for. */
export function languageOf(headers: Headers): Language {
  const cookie = headers.get("cookie");
  if (cookie !== null && cookie.length <= MAX_HEADER_LENGTH) {
    const chosen = COOKIE_PATTERN.exec(cookie)?.[1];
    if (chosen !== undefined) return chosen as Language;
  }
  return preferred(headers.get("accept-language") ?? "");
}

/** The cookie that remembers a choice for a year. Scripts have no need of it. */
export function languageCookie(language: Language, secure: boolean): string {
  const year = 365 * 86_400;
  return `lang=${language}; Path=/; Max-Age=${year}; HttpOnly; SameSite=Lax` +
    (secure ? "; Secure" : "");
}

/** The language of ours that an `Accept-Language` header (RFC 9110, 12.5.4) likes best. */
function preferred(header: string): Language {
  if (header.length > MAX_HEADER_LENGTH) return LANGUAGES[0];
  let best: Language = LANGUAGES[0];
  let bestWeight = 0;
  for (const range of header.split(",", MAX_RANGES)) {
    const [tag = "", ...params] = range.split(";");
    const language = readLanguage(tag.trim().toLowerCase().split("-", 1)[0]!);
    if (language === null) continue;
    const weight = weightOf(params);
    if (weight > bestWeight) [best, bestWeight] = [language, weight];
  }
  return best;
}

function weightOf(params: string[]): number {
  for (const param of params) {
    const match = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(param);
    if (match) return Number(match[1]);
  }
  return 1;
}
