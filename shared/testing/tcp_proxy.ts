import type { Direction, FaultyLink, LinkMark } from "./faulty_link.ts";
import { TcpWire, type WireRules } from "./tcp_wire.ts";

/** A mark that is waited for. */
interface Watch {
  direction: Direction;
  bytes: Uint8Array;
  /** Occurrences still to come. */
  left: number;
  hold: LinkMark["hold"];
  resolve(): void;
  reject(error: Error): void;
}

/**
 * A small TCP proxy whose connections can be cut, slowed down, or made silent the way a dead network
 * is. What a silent link swallows is read and thrown away, so that nothing gathers in memory.
 */
export class TcpProxy implements FaultyLink {
  readonly passed: Record<Direction, number> = { to_server: 0, to_client: 0 };
  readonly heldBack: Record<Direction, number> = { to_server: 0, to_client: 0 };
  refused = 0;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  readonly #wires = new Set<TcpWire>();
  /** Clients whose server is being dialled. */
  readonly #dialling = new Set<Promise<void>>();
  #target: { hostname: string; port: number };
  #isCut = false;
  #isClosed = false;
  readonly #silent: Record<Direction, boolean> = { to_server: false, to_client: false };
  readonly #delayMs: Record<Direction, number> = { to_server: 0, to_client: 0 };
  #watch: Watch | null = null;

  /** Without a port, one that the system picks. */
  constructor(target: { hostname: string; port: number }, port = 0) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#accepting = this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  cut(): void {
    this.#isCut = true;
    this.refused += this.#wires.size;
    this.#closeAll();
  }

  silence(direction?: Direction): void {
    if (direction !== "to_client") this.#silent.to_server = true;
    if (direction !== "to_server") this.#silent.to_client = true;
  }

  delay(ms: number, direction?: Direction): void {
    if (direction !== "to_client") this.#delayMs.to_server = ms;
    if (direction !== "to_server") this.#delayMs.to_client = ms;
  }

  silenceAt(mark: LinkMark, timeoutMs: number): Promise<void> {
    const { direction, text, occurrence = 1, hold } = mark;
    this.#giveUp("another mark is waited for");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => this.#giveUp(`it did not come within ${timeoutMs} ms`),
      timeoutMs,
    );
    this.#watch = {
      direction,
      bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      left: occurrence,
      hold,
      resolve: () => {
        clearTimeout(timer);
        resolve();
      },
      reject: (error) => {
        clearTimeout(timer);
        reject(new Error(`Cannot silence a link at ${JSON.stringify(text)}: ${error.message}`));
      },
    };
    // Who is not waiting for it any more must not be ended by its failure.
    promise.catch(() => {});
    return promise;
  }

  retarget(target: { hostname: string; port: number }): void {
    this.#target = target;
    this.#closeAll();
  }

  restore(): void {
    this.#giveUp("the link was restored");
    const wasSilent = this.#silent.to_server || this.#silent.to_client;
    this.#isCut = this.#silent.to_server = this.#silent.to_client = false;
    this.#delayMs.to_server = this.#delayMs.to_client = 0;
    if (wasSilent) this.#closeAll();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#giveUp("the link was closed");
    this.#listener.close();
    this.#closeAll();
    await this.#accepting;
    await Promise.all(this.#dialling);
    this.#closeAll();
    await Promise.all([...this.#wires].map((wire) => wire.done));
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        if (this.#isCut) {
          this.refused += 1;
          client.close();
          continue;
        }
        const dialling = this.#dial(client).finally(() => this.#dialling.delete(dialling));
        this.#dialling.add(dialling);
      }
    } catch {
      // The listener was closed.
    }
  }

  async #dial(client: Deno.TcpConn): Promise<void> {
    const target = this.#target;
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect(target);
    } catch {
      return client.close();
    }
    if (this.#isCut || this.#isClosed || target !== this.#target) {
      client.close();
      return server.close();
    }
    const wire = new TcpWire(client, server, this.#rules);
    this.#wires.add(wire);
    wire.done.then(() => this.#wires.delete(wire));
  }

  readonly #rules: WireRules = {
    delayMs: (direction) => this.#delayMs[direction],
    isSilent: (direction) => this.#silent[direction],
    passed: (direction, bytes) => void (this.passed[direction] += bytes),
    lost: (direction, bytes) => void (this.heldBack[direction] += bytes),
    lets: (direction, piece) => {
      if (this.#silent[direction]) return false;
      const watch = this.#watch;
      if (watch?.direction !== direction) return true;
      watch.left -= occurrencesOf(watch.bytes, piece);
      if (watch.left > 0) return true;
      this.#watch = null;
      this.silence(direction);
      watch.resolve();
      return watch.hold === "after";
    },
  };

  #giveUp(why: string): void {
    this.#watch?.reject(new Error(why));
    this.#watch = null;
  }

  #closeAll(): void {
    for (const wire of this.#wires) wire.close();
  }
}

/** How often `bytes` stand in `piece`. */
function occurrencesOf(bytes: Uint8Array, piece: Uint8Array): number {
  const [first] = bytes;
  if (first === undefined) return 0;
  let found = 0;
  for (let at = piece.indexOf(first); at >= 0; at = piece.indexOf(first, at + 1)) {
    if (bytes.every((byte, offset) => piece[at + offset] === byte)) found += 1;
  }
  return found;
}
