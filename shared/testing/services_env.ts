/** The servers that tests of the services profile run against. */
export type ServiceVariable =
  | "REDIS_URL"
  | "AMQP_URL"
  | "MYSQL_URL"
  | "CHROMIUM_PATH"
  | "NGINX_PATH"
  | "PROMETHEUS_PATH"
  | "PROMTOOL_PATH";

/**
 * What the test runner found or started. A test that needs it fails when it is missing: nothing is
 * skipped in silence.
 */
export function serviceFor(variable: ServiceVariable): string {
  const value = Deno.env.get(variable);
  if (!value) {
    throw new Error(
      `Cannot run this test as it needs ${variable}: run \`deno task test\`, which starts it`,
    );
  }
  return value;
}

let counter = 0;

/** A name that no other test uses, for databases, key prefixes and queues: `[a-z0-9_]+`. */
export function uniqueName(prefix: string): string {
  counter += 1;
  return `${prefix}_${Deno.pid}_${Date.now().toString(36)}_${counter}`;
}
