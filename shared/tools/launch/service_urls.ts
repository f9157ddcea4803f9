import { ConfigurationError, type Environment, readOptional } from "../../env.ts";
import { SERVICE_NAMES, type ServiceUrls, URL_VARIABLES } from "../services/service_handle.ts";

/**
 * The servers that were given: all three, or null when none was.
 * @throws {ConfigurationError} naming the missing ones when only some were given.
 */
export function givenServiceUrls(env: Environment): ServiceUrls | null {
  const variables = SERVICE_NAMES.map((name) => URL_VARIABLES[name]);
  const missing = variables.filter((name) => readOptional(env, name) === undefined);
  if (missing.length === variables.length) return null;
  if (missing.length > 0) {
    throw new ConfigurationError(
      `Cannot use some of ${variables.join(", ")} as all or none of them must be set: ` +
        `current value of ${missing.join(" and ")} is missing`,
    );
  }
  return {
    redis: readOptional(env, "REDIS_URL") ?? "",
    amqp: readOptional(env, "AMQP_URL") ?? "",
    mysql: readOptional(env, "MYSQL_URL") ?? "",
  };
}
