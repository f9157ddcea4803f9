import { ConfigurationError } from "./env.ts";
import { logOf } from "./log.ts";
import { problem } from "./problem.ts";
import { REQUEST_ID_HEADER, RequestIds } from "./request_id.ts";

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
 * What a handler throws is told in a line and answered with a problem, as its app would have done.
 *
 * @throws {ConfigurationError} when the address cannot be listened on, naming the variable.
 */
export function listen(
  { hostname, port, variable, shared = false }: Listening,
  handler: Handler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    const where = { hostname, port, reusePort: shared };
    return Deno.serve({ ...where, onListen: () => {}, onError: answerUncaught }, handler);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConfigurationError(
      `Cannot use ${variable} with HOST as the address must be free and of this machine: ` +
        `current value is ${hostname}:${port} (${error.message})`,
    );
  }
}

const ids = new RequestIds();

/** Answers for what no app has caught, say because it was thrown and is no error. */
function answerUncaught(error: unknown): Response {
  const requestId = ids.next();
  logOf("http").error("A request failed past its app: {error}", {
    error: error instanceof Error ? error.stack ?? error.message : String(error),
    requestId,
  });
  const answer = problem("internal");
  answer.headers.set(REQUEST_ID_HEADER, requestId);
  return answer;
}
