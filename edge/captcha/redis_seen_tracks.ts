import { Buffer } from "node:buffer";
import type { Clock } from "../../shared/clock.ts";
import { MAX_SEEN_TRACKS } from "./captcha_rules.ts";
import { FINGERPRINT_BYTES } from "./fingerprint.ts";
import { RedisPatience } from "./redis_patience.ts";
import type { MemorySeenTracks, SeenTracks } from "./seen_tracks.ts";

/** What is used of a Redis client; ioredis fits it. */
export interface TrackClient {
  /** "ready" while commands can be written to a connection. */
  readonly status: string;
  xadd(key: string, ...args: (string | number)[]): Promise<string | null>;
  xrange(
    key: string,
    start: string,
    end: string,
    countToken: "COUNT",
    count: number,
  ): Promise<[id: string, fields: string[]][]>;
}

/** Entries that are read at a time, and how many times: what is older than that is not missed. */
const PAGE = 1_000;
const MAX_PAGES = 10;

/**
 * Drags that all edges share, in a stream of bounded length. A drag is written first and then
 * everything up to it is read: of two edges that are shown one drag at the same moment, the one whose
 * entry comes second knows. While Redis is away each edge knows its own.
 */
export class RedisSeenTracks implements SeenTracks {
  readonly #client: TrackClient;
  readonly #key: string;
  readonly #local: MemorySeenTracks;
  readonly #patience: RedisPatience;
  #lastId = "0-0";
  /** Notes take turns, so that each reads what came between the last one and itself. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    options: { client: TrackClient; namespace: string; local: MemorySeenTracks; clock?: Clock },
  ) {
    this.#client = options.client;
    this.#key = `${options.namespace}:captcha-tracks`;
    this.#local = options.local;
    this.#patience = new RedisPatience(options.clock);
  }

  note(fingerprint: Int8Array): Promise<boolean> {
    const alone = () => this.#local.note(fingerprint);
    if (this.#client.status !== "ready") return alone();
    return this.#patience.ask(() => this.#inTurn(fingerprint), alone);
  }

  #inTurn(fingerprint: Int8Array): Promise<boolean> {
    const noted = this.#turn.then(() => {
      if (this.#patience.isSpent) throw new Error("Redis does not answer");
      return this.#share(fingerprint);
    });
    this.#turn = noted.catch(() => {});
    return noted;
  }

  async #share(fingerprint: Int8Array): Promise<boolean> {
    const text = Buffer.from(fingerprint.buffer).toString("base64url");
    const most = ["MAXLEN", "~", MAX_SEEN_TRACKS] as const;
    const ownId = await this.#client.xadd(this.#key, ...most, "*", "track", text);
    if (ownId === null) throw new Error("Redis gave no id");
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const entries = await this.#client.xrange(
        this.#key,
        `(${this.#lastId}`,
        ownId,
        "COUNT",
        PAGE,
      );
      for (const [id, [, print = ""]] of entries) {
        this.#lastId = id;
        const bytes = Buffer.from(print, "base64url");
        if (id === ownId || bytes.length !== FINGERPRINT_BYTES) continue;
        this.#local.add(new Int8Array(bytes));
      }
      if (entries.length < PAGE) break;
    }
    return this.#local.note(fingerprint);
  }
}
