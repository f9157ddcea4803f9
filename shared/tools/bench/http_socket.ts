import { withDeadline } from "../../shutdown.ts";
import type { HttpTarget } from "./http_target.ts";
import { ResponseReader } from "./response_reader.ts";

/** Longest time to open a connection. */
export const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One keep-alive connection that carries one request at a time. A generator on `fetch` reached a
 * fifth of what the server under it could answer; sockets reach it nearly whole.
 */
export class HttpSocket {
  readonly #connection: Deno.Conn;
  #open = true;

  /** Reads the answers; its status and body are those of the last `exchange`. */
  readonly answer: ResponseReader;

  /** When the request that is being answered was sent, `performance.now()`; 0 when none is. */
  waitingSinceMs = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.answer = new ResponseReader((into) => connection.read(into));
  }

  /** Opens a connection without Nagle's delay. @throws {DeadlineError} and what Deno throws. */
  static async connect(target: HttpTarget): Promise<HttpSocket> {
    const { hostname, port, tls } = target;
    const connecting: Promise<Deno.TcpConn | Deno.TlsConn> = tls
      ? Deno.connectTls({ hostname, port })
      : Deno.connect({ hostname, port });
    try {
      const what = `connecting to ${target.host}`;
      const connection = await withDeadline(connecting, CONNECT_TIMEOUT_MS, what);
      if ("setNoDelay" in connection) connection.setNoDelay(true);
      return new HttpSocket(connection);
    } catch (error) {
      connecting.then((late) => late.close(), () => {});
      throw error;
    }
  }

  /**
   * Sends a request and waits for its whole answer; returns the status. There is no deadline here:
   * whoever owns many sockets watches `waitingSinceMs` with one timer and closes what hangs.
   */
  async exchange(request: Uint8Array, nowMs: number): Promise<number> {
    this.waitingSinceMs = nowMs;
    let sent = await this.#connection.write(request);
    while (sent < request.length) sent += await this.#connection.write(request.subarray(sent));
    const status = await this.answer.next();
    this.waitingSinceMs = 0;
    return status;
  }

  /** Ends the connection; an exchange under way fails. Harmless when repeated. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#connection.close();
  }
}
