import type { Log } from "../../shared/log.ts";
import type { ConnectionStates } from "../../shared/metrics/connection_states.ts";
import { closeRedis, connectRedis } from "../../shared/redis_connection.ts";
import type { LimitsSharing } from "../limits/sharing_config.ts";
import type { CaptchaSharing } from "./captcha_service.ts";
import { randomId } from "./challenge.ts";
import { MemoryChallenges } from "./memory_challenges.ts";
import { RedisChallenges } from "./redis_challenges.ts";
import { RedisSeenTracks } from "./redis_seen_tracks.ts";
import { MemorySeenTracks } from "./seen_tracks.ts";

/** A person waits for the answer: after this the edge goes on alone. */
const COMMAND_TIMEOUT_MS = 500;

/** Connects to the Redis in which edges share their captchas. It is never waited for. */
export function openRedisCaptcha(
  { redisUrl, namespace }: Pick<LimitsSharing, "redisUrl" | "namespace">,
  log: Pick<Log, "warning">,
  states?: ConnectionStates,
): { sharing: CaptchaSharing; close(): Promise<void> } {
  let isTold = false;
  const client = connectRedis({
    url: redisUrl,
    name: "dropgate-captcha",
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    states,
    onError(_, error) {
      if (!isTold) log.warning("Redis of the captchas is away: {error}", { error: error.message });
      isTold = true;
    },
  });
  client.on("ready", () => {
    isTold = false;
  });
  const memory = new MemoryChallenges({ randomId });
  return {
    sharing: {
      challenges: new RedisChallenges({ client, namespace, local: memory, randomId }),
      seen: new RedisSeenTracks({ client, namespace, local: new MemorySeenTracks() }),
    },
    close: () => closeRedis(client),
  };
}
