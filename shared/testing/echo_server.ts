/** A server for tests of connections: it answers every piece that comes in. */
export class EchoServer {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;

  constructor(readonly answer: (text: string) => string) {
    this.#serving = this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#end(connection);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const answering: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) answering.push(this.#echo(connection));
    } catch {
      // The listener was closed.
    }
    await Promise.all(answering);
  }

  async #echo(connection: Deno.Conn): Promise<void> {
    this.#connections.add(connection);
    const buffer = new Uint8Array(1 << 16);
    try {
      for (let read = await connection.read(buffer); read; read = await connection.read(buffer)) {
        const text = new TextDecoder().decode(buffer.subarray(0, read));
        await writeAll(connection, this.answer(text));
      }
    } catch {
      // The connection was ended.
    }
    this.#end(connection);
  }

  #end(connection: Deno.Conn): void {
    if (this.#connections.delete(connection)) connection.close();
  }
}

/** Sends all of a text. */
export async function writeAll(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  while (sent < bytes.length) sent += await connection.write(bytes.subarray(sent));
}
