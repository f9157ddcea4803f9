import type { Connection, ConnectionOptions } from "mysql2/promise";
import type { MysqlAddress } from "./mysql_url.ts";

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
