import {
  ConfigurationError,
  type Environment,
  readNamespace,
  readOptional,
  readText,
  readUrl,
  unusable,
} from "../../shared/env.ts";

/** The limits of a sale's row, by whom they hold. */
export const LIMIT_NAMES = ["user", "address", "sale"] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/** How edges share their limits. */
export interface LimitsSharing {
  /** `redis://` or `rediss://`. */
  redisUrl: string;
  namespace: string;
  /** The limits that refuse while Redis is away; the others fall back to what one edge knows. */
  failClosed: ReadonlySet<LimitName>;
}

/** How limits are shared, or null when each edge counts alone. @throws {ConfigurationError} */
export function readLimitsSharing(env: Environment): LimitsSharing | null {
  const failClosed = readFailClosed(env);
  const url = readUrl(env, "LIMITS_REDIS_URL", ["redis", "rediss"]);
  if (url === undefined) {
    if (failClosed.size > 0) {
      throw new ConfigurationError(
        "Cannot use LIMITS_FAIL_CLOSED as only shared limits can fail: " +
          "current value of LIMITS_REDIS_URL is missing",
      );
    }
    return null;
  }
  if (url.hostname === "") unusable("LIMITS_REDIS_URL", `${url.protocol}//`, "it must name a host");
  return {
    redisUrl: readText(env, "LIMITS_REDIS_URL", ""),
    namespace: readNamespace(env),
    failClosed,
  };
}

function readFailClosed(env: Environment): Set<LimitName> {
  const value = readOptional(env, "LIMITS_FAIL_CLOSED");
  const names = (value ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
  const chosen = new Set(LIMIT_NAMES.filter((name) => names.includes(name)));
  if (names.some((name) => !LIMIT_NAMES.includes(name as LimitName))) {
    unusable(
      "LIMITS_FAIL_CLOSED",
      value,
      `it must be a comma-separated list out of ${LIMIT_NAMES.join(", ")}`,
    );
  }
  return chosen;
}
