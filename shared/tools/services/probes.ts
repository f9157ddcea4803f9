import { connect as connectAmqp } from "amqplib";
import { createConnection } from "mysql2/promise";

/** Longest time for one try to reach a server. */
const PROBE_TIMEOUT_MS = 2_000;

/** Resolves when a Redis server answers `PING` after signing in. */
export async function probeRedis(url: string): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port || 6379) });
  const timer = setTimeout(() => connection.close(), PROBE_TIMEOUT_MS);
  try {
    const login = password === ""
      ? ""
      : `AUTH ${decodeURIComponent(username || "default")} ${decodeURIComponent(password)}\r\n`;
    await connection.write(new TextEncoder().encode(`${login}PING\r\n`));
    const buffer = new Uint8Array(1_024);
    let answer = "";
    while (!answer.includes("+PONG")) {
      const read = await connection.read(buffer);
      if (read === null || answer.length > 4_096) throw new Error(`it answered ${answer}`);
      answer += new TextDecoder().decode(buffer.subarray(0, read));
      if (answer.startsWith("-") || answer.includes("\n-")) {
        throw new Error(`it answered ${answer.trim()}`);
      }
    }
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // The timer has closed it.
    }
  }
}

/** Resolves when a RabbitMQ server lets the user of the URL into its virtual host. */
export async function probeAmqp(url: string): Promise<void> {
  const connection = await connectAmqp(url, { timeout: PROBE_TIMEOUT_MS, noDelay: true });
  connection.on("error", () => {});
  await connection.close();
}

/** Resolves when a MySQL or MariaDB server answers a query of the URL's user. */
export async function probeMysql(url: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: PROBE_TIMEOUT_MS });
  connection.on("error", () => {});
  try {
    await connection.query({ sql: "SELECT 1", timeout: PROBE_TIMEOUT_MS });
  } finally {
    connection.destroy();
  }
}
