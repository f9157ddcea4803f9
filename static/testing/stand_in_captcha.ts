import type { Route } from "playwright-core";

/** A puzzle of the stand-in, in the form of the public API, and where its gap is. */
interface StandInPuzzle {
  challengeId: string;
  /** Where the left edge of the piece belongs, picture pixels. */
  gapX: number;
}

/** What the page sent as an answer. */
export interface SentAnswer {
  x: number;
  track: [tMs: number, x: number, y: number][];
  input: "pointer" | "keyboard";
}

/** An answer of the API: status, body, and `Retry-After` in s. */
export interface Scripted {
  status: number;
  code: string;
  retryAfterS?: number;
}

const WIDTH = 320;
const HEIGHT = 160;
const PIECE = 52;

/** How far off an answer may be, picture pixels. */
const TOLERANCE = 4;

/**
 * The captcha's part of the API as a test wants it: it knows where every gap is, judges places but
 * not tracks, and says what it was told to say. Stands between the browser and the edge.
 */
export class StandInCaptcha {
  /** Every puzzle that was given, in order. */
  readonly puzzles: StandInPuzzle[] = [];
  /** Every answer to a puzzle, in order. */
  readonly answers: SentAnswer[] = [];
  /** Requests of the quiet way, and the answers to them. */
  readonly waits: unknown[] = [];
  /** What the next requests for a puzzle hear instead of one; the first first. */
  readonly nextPuzzles: Scripted[] = [];
  /** What the next answers hear instead of a verdict. */
  readonly nextVerdicts: Scripted[] = [];
  /** What the quiet way takes, ms. */
  waitMs = 1_500;
  /** Held answers wait until this resolves. */
  held: Promise<void> = Promise.resolve();

  /** `nowMs`: the server's clock. */
  constructor(readonly nowMs: () => number) {}

  /** The puzzle that is shown. */
  get puzzle(): StandInPuzzle {
    return this.puzzles.at(-1)!;
  }

  /** Answers one request of the page. */
  async handle(route: Route): Promise<void> {
    const path = new URL(route.request().url()).pathname;
    const body = route.request().postDataJSON();
    await this.held;
    if (path !== "/api/captcha") {
      return this.#judge(route, path.slice("/api/captcha/".length), body);
    }
    const scripted = this.nextPuzzles.shift();
    if (scripted) return refuse(route, scripted);
    return send(route, 201, body.kind === "wait" ? this.#waiting() : this.#puzzle());
  }

  #puzzle(): unknown {
    const number = this.puzzles.length + 1;
    const gapX = 120 + (number * 37) % 120;
    const pieceY = 30 + (number * 23) % 70;
    const challengeId = `challenge-${number}`;
    this.puzzles.push({ challengeId, gapX });
    return {
      challengeId,
      width: WIDTH,
      height: HEIGHT,
      pieceWidth: PIECE,
      pieceHeight: PIECE,
      pieceY,
      ...pictures(gapX, pieceY),
      expiresAt: this.#inTwoMinutes(),
    };
  }

  #waiting(): unknown {
    this.waits.push("asked");
    return {
      challengeId: "w.challenge",
      kind: "wait",
      waitMs: this.waitMs,
      expiresAt: this.#inTwoMinutes(),
      work: { salt: "salt-of-the-tests", count: 8, bits: 8 },
    };
  }

  #judge(route: Route, challengeId: string, body: SentAnswer): Promise<void> {
    const scripted = this.nextVerdicts.shift();
    if (scripted) return refuse(route, scripted);
    const passed = { pass: `pass-of-${challengeId}`, expiresAt: this.#inTwoMinutes() };
    if (challengeId.startsWith("w.")) {
      this.waits.push(body);
      return send(route, 200, passed);
    }
    this.answers.push(body);
    const puzzle = this.puzzles.find((one) => one.challengeId === challengeId)!;
    const right = Math.abs(body.x - puzzle.gapX) <= TOLERANCE;
    return right
      ? send(route, 200, passed)
      : refuse(route, { status: 422, code: "captcha_failed" });
  }

  #inTwoMinutes(): string {
    return new Date(this.nowMs() + 120_000).toISOString();
  }
}

function send(route: Route, status: number, body: unknown): Promise<void> {
  return route.fulfill({ status, json: body });
}

function refuse(route: Route, { status, code, retryAfterS }: Scripted): Promise<void> {
  if (status === 0) return route.abort("connectionfailed");
  return route.fulfill({
    status,
    contentType: "application/problem+json",
    headers: retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) },
    body: JSON.stringify({ code }),
  });
}

/** A landscape with a gap, and what belongs into it, as drawings in data URLs. */
function pictures(gapX: number, pieceY: number): { background: string; piece: string } {
  const scene = `<defs><linearGradient id="sky" x2="1" y2="1"><stop stop-color="#f3b673"/>` +
    `<stop offset="0.55" stop-color="#bf7a9c"/><stop offset="1" stop-color="#40608a"/>` +
    `</linearGradient></defs><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>` +
    `<circle cx="70" cy="46" r="22" fill="#ffe7b3"/>` +
    `<path d="M0 120Q80 60 160 112T320 96V160H0Z" fill="#35506b"/>` +
    `<path d="M0 146Q100 104 200 136T320 124V160H0Z" fill="#1f3347"/>`;
  const shape = `M${gapX} ${pieceY + 9}h16a7 7 0 0 1 14 0h13v13a7 7 0 0 1 0 14v16h-43z`;
  return {
    background: drawing(
      `${WIDTH} ${HEIGHT}`,
      `0 0 ${WIDTH} ${HEIGHT}`,
      `${scene}<path d="${shape}" fill="#0b1420" fill-opacity="0.6"/>`,
    ),
    piece: drawing(
      `${PIECE} ${PIECE}`,
      `${gapX} ${pieceY} ${PIECE} ${PIECE}`,
      `<clipPath id="cut"><path d="${shape}"/></clipPath><g clip-path="url(#cut)">${scene}</g>` +
        `<path d="${shape}" fill="none" stroke="#fff" stroke-width="1.6"/>`,
    ),
  };
}

function drawing(size: string, viewBox: string, content: string): string {
  const [width, height] = size.split(" ");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="${viewBox}">${content}</svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}
