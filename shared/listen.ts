import { ConfigurationError } from "./env.ts";

/** Where a process listens, and the variable that says so. */
export interface Listening {
  hostname: string;
  port: number;
  /** Say, `EDGE_PORT`. */
  variable: string;
  /**
   * Lets other processes of the same user that ask for it too listen on the address; the system
   * spreads connections over them. Needs `"unstable": ["net"]` in `deno.json`.
   */
  shared?: boolean;
}

/** Answers requests; `info` names who is asking. */
export type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/**
 * Serves HTTP. Slow senders are the business of the proxy in front: `Deno.serve` has no time limits.
 *
 * @throws {ConfigurationError} when the address cannot be listened on, naming the variable.
 */
export function listen(
  { hostname, port, variable, shared = false }: Listening,
  handler: Handler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, reusePort: shared, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigurationError(
      `Cannot use ${variable} with HOST as the address must be free and of this machine: ` +
        `current value is ${hostname}:${port} (${error.message})`,
    );
  }
}
