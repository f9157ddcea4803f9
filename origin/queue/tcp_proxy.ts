/**
 * A small TCP proxy between a test and a real server, whose link the test can cut, or make silent
 * the way a dead network is: connections stay open and nothing passes.
 */
export class TcpProxy {
  readonly #listener: Deno.Listener;
  readonly #target: { hostname: string; port: number };
  readonly #connections = new Set<Deno.Conn>();
  readonly #pumps = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #mode: "passing" | "cut" | "silent" = "passing";

  constructor(target: { hostname: string; port: number }) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.#mode = "cut";
    this.#closeAll();
  }

  /** Lets nothing pass any more, and says so to nobody. */
  silence(): void {
    this.#mode = "silent";
  }

  /** Lets new connections through; those that were cut or silent are ended. */
  restore(): void {
    this.#closeAll();
    this.#mode = "passing";
  }

  async close(): Promise<void> {
    this.#listener.close();
    this.#closeAll();
    await this.#accepting;
    await Promise.all(this.#pumps);
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        if (this.#mode === "cut") {
          client.close();
          continue;
        }
        this.#connections.add(client);
        const server = await Deno.connect(this.#target);
        this.#connections.add(server);
        this.#pump(client, server);
        this.#pump(server, client);
      }
    } catch {
      // The listener was closed.
    }
  }

  #pump(from: Deno.Conn, to: Deno.Conn): void {
    const pump = this.#copy(from, to).finally(() => this.#pumps.delete(pump));
    this.#pumps.add(pump);
  }

  async #copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const read = await from.read(buffer);
        if (read === null) break;
        if (this.#mode === "silent") continue;
        let sent = 0;
        while (sent < read) sent += await to.write(buffer.subarray(sent, read));
      }
    } catch {
      // One of the two was closed.
    }
    this.#end(from);
    this.#end(to);
  }

  #closeAll(): void {
    for (const connection of this.#connections) this.#end(connection);
  }

  #end(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    connection.close();
  }
}
