import type { Connection, ConnectionOptions } from "mysql2/promise";
import type { MysqlAddress } from "./mysql_url.ts";

/**
 * How long the server waits for a word on a connection before it ends it, with the transaction and
 * the locks that it holds. A process that lost its network or was paused says no goodbye, and
 * without this its locks would stand for the server's default of eight hours. Living processes stay
 * far below: idle connections are closed or used earlier, and within transactions nobody waits.
 */
export const SERVER_PATIENCE_S = 10;

/** How long a connection may be idle before this side closes it, well before the server would. */
export const IDLE_TIMEOUT_MS = 5_000;

/** How every connection is made. */
export function mysqlOptions(
  { tls, ...address }: MysqlAddress,
  connectTimeoutMs: number,
): ConnectionOptions {
  return {
    ...address,
    ...(tls ? { ssl: tls } : {}),
    charset: "utf8mb4_bin",
    timezone: "Z",
    // Sums are DECIMAL on the wire; all of them are exact in a double here.
    decimalNumbers: true,
    connectTimeout: connectTimeoutMs,
    maxPreparedStatements: 250,
  };
}

/**
 * Throws a connection away at once. The driver's own `destroy` only says goodbye, which a server
 * that is unreachable never hears: the socket would stay open until the system gives it up.
 */
export function discardConnection(connection: Connection): void {
  connection.destroy();
  const { stream } = (connection as { connection?: { stream?: { destroy?(): void } } })
    .connection ?? {};
  stream?.destroy?.();
}
