import { type Environment, exitWithReason, readPort, readText, unusable } from "./env.ts";
import { DRAINING_HEADER } from "./internal_api.ts";
import { type Handler, listen, type Listening } from "./listen.ts";
import type { Log } from "./log.ts";
import { ReplacementWish } from "./replace_me.ts";
import type { ShutdownStack } from "./shutdown.ts";
import { stopOnSignals, type StopReason } from "./stop_on_signals.ts";

/**
 * How long a drain may take, ms. Together with the longest lingering, one `server` and two other
 * steps stay below `totalMs`, and that below the 30 s that supervisor and containers give.
 */
export const DRAIN_TIMES = { serverMs: 8_000, stepMs: 5_000, totalMs: 25_000 };

/** What the supervisor of one machine tells a process about its addresses. */
export interface Supervision {
  /**
   * Null: the address is this process's own. `at_once`: others may listen on it too. `when_ready`:
   * another process answers there until this one is ready, and for a moment longer.
   */
  sharePort: "at_once" | "when_ready" | null;
  /** Port on 127.0.0.1 of this process's own health routes; null for none. */
  healthPort: number | null;
}

/** Reads what the supervisor set. @throws {ConfigurationError} */
export function readSupervision(env: Environment): Supervision {
  const sharing = readText(env, "SHARE_PORT", "");
  if (sharing !== "" && sharing !== "at_once" && sharing !== "when_ready") {
    unusable("SHARE_PORT", sharing, "it must be at_once or when_ready");
  }
  return { sharePort: sharing || null, healthPort: readPort(env, "HEALTH_PORT", 0) || null };
}

/** What a process that serves is made of. */
export interface ServingParts {
  /** How log lines name it, say `Edge`. */
  name: string;
  address: Listening;
  supervision: Supervision;
  /** Answers everything, `/healthz` and `/readyz` included. */
  handler: Handler;
  /** Everything to free; `close` should be one of its steps. */
  stack: ShutdownStack;
  /** How long it still takes requests after SIGTERM, telling clients to go elsewhere. */
  lingerMs: number;
  /** Runs first of all when a drain begins. */
  onDrain?: () => void;
  log: Log;
  exit: (status: number) => never;
}

/** How often a process that waits for its readiness looks at itself. */
const LOOK_EVERY_MS = 50;

const HEALTH_PATHS = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * A process that serves HTTP, from listening to its end:
 *
 * - SIGTERM drains: not ready, `connection: close` on every answer for a while, then no new
 *   connections, then what is in hand is finished and everything freed. SIGINT does the same
 *   without the while. A deadline ends either.
 * - After an unexpected exception it serves on and asks to be replaced (`wish`).
 */
export class ServingProcess {
  readonly wish: ReplacementWish;
  readonly #parts: ServingParts;
  readonly #stop: (status: number) => void;
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #draining = false;
  readonly #handler: Handler;

  /** Listens for signals from now on. */
  constructor(parts: ServingParts) {
    this.#parts = parts;
    const { handler, exit, log } = parts;
    this.#stop = stopOnSignals({
      drain: (reason) => this.#drain(reason),
      drainTimeoutMs: DRAIN_TIMES.totalMs,
      exit,
      onCutOff: () => log.error("The drain took too long and is cut off"),
    });
    this.wish = new ReplacementWish({ log, leave: () => this.#stop(1) });
    // One look on the way of a request while all is well.
    this.#handler = (request, info) =>
      this.#draining || this.wish.reason !== null
        ? this.#answerUnwell(request, info)
        : handler(request, info);
  }

  /**
   * Begins to serve: first the health routes, then, at once or when ready, everything. What nobody
   * handles does not end the process from now on.
   *
   * @throws {ConfigurationError} when an address cannot be listened on.
   */
  start(): void {
    const { supervision: { healthPort, sharePort } } = this.#parts;
    this.wish.listen();
    if (healthPort !== null) {
      listen({ hostname: "127.0.0.1", port: healthPort, variable: "HEALTH_PORT" }, this.#ownHealth);
    }
    if (sharePort === "when_ready") void this.#listenWhenReady();
    else this.#listen();
  }

  /** Takes no more connections and finishes what is in hand. */
  async close(): Promise<void> {
    await this.#server?.shutdown();
  }

  #listen(): void {
    const { name, address, supervision, log } = this.#parts;
    const shared = supervision.sharePort !== null;
    this.#server = listen({ ...address, shared }, this.#handler);
    const { hostname, port } = this.#server.addr;
    log.info(`${name} listens on http://{hostname}:{port}`, { hostname, port });
  }

  /** Another process answers on this address: nobody should meet one that is not ready yet. */
  async #listenWhenReady(): Promise<void> {
    while (!this.#draining && !await this.#isReady()) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    if (this.#draining) return;
    try {
      this.#listen();
    } catch (error) {
      exitWithReason(error, this.#parts.exit);
    }
  }

  async #isReady(): Promise<boolean> {
    const request = new Request("http://127.0.0.1/readyz");
    const info = { remoteAddr: NOBODY, completed: Promise.resolve() };
    const response = await this.#parts.handler(request, info);
    await response.body?.cancel();
    return response.status === 200;
  }

  /** The health routes alone, for whoever started this process. */
  readonly #ownHealth: Handler = (request, info) => {
    const { pathname } = new URL(request.url);
    if (!HEALTH_PATHS.has(pathname)) return new Response(null, { status: 404 });
    if (pathname === "/readyz" && this.#server === null) return notReady("not listening yet");
    return this.#handler(request, info);
  };

  async #answerUnwell(
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Promise<Response> {
    const { pathname } = new URL(request.url);
    const unwell = pathname === "/healthz" ? this.wish.healthAnswer() : null;
    if (unwell) return unwell;
    if (!this.#draining) return await this.#parts.handler(request, info);
    if (pathname === "/readyz") return notReady("draining");
    return sayingGoodbye(await this.#parts.handler(request, info));
  }

  async #drain(reason: StopReason): Promise<void> {
    const { stack, lingerMs, onDrain, log, name } = this.#parts;
    this.#draining = true;
    log.info(`${name} drains: {reason}`, { reason });
    onDrain?.();
    // SIGINT ends the whole system, so there is no other process to send anybody to.
    if (reason !== "SIGINT" && this.#server !== null && lingerMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, lingerMs));
    }
    await stack.run(DRAIN_TIMES.stepMs);
  }
}

/** The same answer, telling the client to make a new connection for its next request. */
function sayingGoodbye(response: Response): Response {
  // Some responses come with headers that cannot be changed.
  const answer = new Response(response.body, response);
  answer.headers.set("connection", "close");
  answer.headers.set(DRAINING_HEADER, "1");
  return answer;
}

const NOBODY: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 0 };

function notReady(why: string): Response {
  const headers = { "cache-control": "no-store", connection: "close", [DRAINING_HEADER]: "1" };
  return Response.json({ status: "not_ready", checks: [{ name: why, ok: false }] }, {
    status: 503,
    headers,
  });
}
