import { createHash } from "node:crypto";
import putEntry from "../../lua/put_entry.lua" with { type: "text" };
import takeLease from "../../lua/take_lease.lua" with { type: "text" };
import type { RedisClient } from "../ledger/redis_client.ts";
import { type Script, ScriptRunner } from "../ledger/redis_ledger_scripts.ts";
import type { CacheRead, ProductCache } from "./product_cache.ts";

/** How long one origin may take to rebuild an entry before another one may try. */
export const LEASE_MS = 3_000;

/** How long an entry that nobody asks for is kept. */
const KEEP_MS = 10 * 60_000;

const CALL_TIMEOUT_MS = 500;

const TAKE = scriptOf(takeLease);
const PUT = scriptOf(putEntry);

/** The cache of the services profile. */
export class RedisProductCache implements ProductCache {
  readonly #runner: ScriptRunner;

  /** `namespace` is what every key begins with. */
  constructor(client: RedisClient, readonly namespace: string) {
    // What this does says nothing about the connection that decides.
    this.#runner = new ScriptRunner(client, { answered: () => {}, missed: () => {} });
  }

  async take(productId: number, version: number, token: string): Promise<CacheRead> {
    const [kind, value] = await this.#call(TAKE, productId, [version, token, LEASE_MS]) as string[];
    switch (kind) {
      case "fresh":
      case "stale":
        return { kind, value: value! };
      case "rebuild":
        return { kind, old: value === "" ? null : value! };
      default:
        return { kind: "wait" };
    }
  }

  async put(productId: number, version: number, token: string, value: string): Promise<boolean> {
    return await this.#call(PUT, productId, [token, KEEP_MS, version, value]) === 1;
  }

  async giveUp(productId: number, token: string): Promise<void> {
    await this.#call(PUT, productId, [token, 0, 0, ""]);
  }

  async #call(script: Script, productId: number, args: (string | number)[]): Promise<unknown> {
    const prefix = `${this.namespace}:{product-${productId}}:`;
    const keys = [prefix + "entry", prefix + "lease"];
    const [reply] = await this.#runner.run([{ script, keys, args }], CALL_TIMEOUT_MS);
    return reply;
  }
}

function scriptOf(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
