import { ConfigurationError } from "./env.ts";

/** Where a process listens, and the variable that says so. */
export interface Listening {
  hostname: string;
  port: number;
  /** Say, `EDGE_PORT`. */
  variable: string;
}

/**
 * Serves HTTP. Slow senders are the business of the proxy in front: `Deno.serve` has no time limits.
 *
 * @throws {ConfigurationError} when the address cannot be listened on, naming the variable.
 */
export function listen(
  { hostname, port, variable }: Listening,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigurationError(
      `Cannot use ${variable} with HOST as the address must be free and of this machine: ` +
        `current value is ${hostname}:${port} (${error.message})`,
    );
  }
}
