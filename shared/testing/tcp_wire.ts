import type { Direction } from "./faulty_link.ts";

/** What a wire asks its link about every piece of data. */
export interface WireRules {
  /** How long a piece that was read just now waits, ms. */
  delayMs(direction: Direction): number;
  /** Looks at a piece as it is read; false throws it away. What was let through arrives. */
  lets(direction: Direction, piece: Uint8Array): boolean;
  /** True while nothing may pass this way, not even the end of the connection. */
  isSilent(direction: Direction): boolean;
  /** Counts bytes that passed. */
  passed(direction: Direction, bytes: number): void;
  /** Counts bytes that were thrown away. */
  lost(direction: Direction, bytes: number): void;
}

/** Most bytes that wait in one direction of one connection; then nothing more is read. */
const MAX_WAITING_BYTES = 1 << 20;
const READ_BYTES = 65_536;

/** Two connections that belong together, and the two ways between them. */
export class TcpWire {
  readonly #ends: Deno.Conn[];
  readonly #closing = new AbortController();
  /** Resolves when nothing of it is left. */
  readonly done: Promise<void>;

  constructor(client: Deno.TcpConn, server: Deno.TcpConn, readonly rules: WireRules) {
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.#ends = [client, server];
    this.done = Promise.all([
      this.#pump("to_server", client, server),
      this.#pump("to_client", server, client),
    ]).then(() => {});
  }

  /** Ends both connections. Can be called again. */
  close(): void {
    this.#closing.abort();
    for (const end of this.#ends.splice(0)) end.close();
  }

  async #pump(direction: Direction, from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const { rules } = this;
    const buffer = new Uint8Array(READ_BYTES);
    let waiting = 0;
    let last: Promise<void> = Promise.resolve();
    try {
      for (;;) {
        const read = await from.read(buffer);
        if (read === null) break;
        const piece = buffer.subarray(0, read);
        if (!rules.lets(direction, piece)) {
          rules.lost(direction, read);
          continue;
        }
        const delayMs = rules.delayMs(direction);
        if (delayMs === 0 && waiting === 0) {
          await this.#write(direction, to, piece);
          continue;
        }
        const copy = piece.slice();
        const dueAt = performance.now() + delayMs;
        waiting += read;
        last = last.then(() => this.#until(dueAt))
          .then(() => this.#write(direction, to, copy))
          .then(() => void (waiting -= read));
        // Its failure is met by the next piece or at the end; until then it is nobody's surprise.
        last.catch(() => {});
        if (waiting > MAX_WAITING_BYTES) await last;
      }
      await last;
    } catch {
      // One of the two was closed.
    }
    // A dead wire does not tell that the other side has gone.
    if (!rules.isSilent(direction)) this.close();
  }

  async #write(direction: Direction, to: Deno.Conn, piece: Uint8Array): Promise<void> {
    let sent = 0;
    while (sent < piece.length) sent += await to.write(piece.subarray(sent));
    this.rules.passed(direction, piece.length);
  }

  #until(time: number): Promise<void> {
    const { signal } = this.#closing;
    const ms = time - performance.now();
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    return promise;
  }
}
