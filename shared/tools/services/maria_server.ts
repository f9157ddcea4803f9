import { userInfo } from "node:os";
import { join } from "node:path";
import { findProgram } from "./find_program.ts";
import { freePort } from "./free_port.ts";
import type { ServerPlan } from "./local_service.ts";
import { probeMysql } from "./probes.ts";
import { randomPassword } from "./random_password.ts";
import { RUN_VARIABLE } from "./run_directory.ts";
import type { ServerCommand } from "./server_process.ts";

/** Name of the database and the user; also what the names of further databases begin with. */
const OWNER = "dropgate";

/** Longest path that a Unix socket may have, less one for the end mark. */
const MAX_SOCKET_PATH = 107;

/** Which programs make a database server; null when something is missing. */
export interface MariaPrograms {
  server: string;
  /** MariaDB's separate installer; MySQL's server does that itself. */
  installer: string | null;
}

/** MariaDB if it is there with its installer, else MySQL. */
export function findMariaPrograms(): MariaPrograms | null {
  const mariadb = findProgram(["mariadbd"]);
  const installer = findProgram(["mariadb-install-db"]);
  if (mariadb && installer) return { server: mariadb, installer };
  const mysql = findProgram(["mysqld"]);
  // Debian's MariaDB calls itself mysqld too, and cannot initialise itself.
  if (mysql && !mariadb) return { server: mysql, installer: null };
  return null;
}

/**
 * A private MariaDB or MySQL server: own data and socket, loopback only, one user who owns the
 * database `dropgate` and may make others whose names begin with it. No other account can sign in
 * over TCP.
 */
export async function planMaria(programs: MariaPrograms, runDir: string): Promise<ServerPlan> {
  const dir = join(runDir, "maria");
  await Deno.mkdir(dir);
  const data = join(dir, "data");
  const socket = join(dir, "sock");
  if (socket.length > MAX_SOCKET_PATH) {
    throw new Error(
      `Cannot start MariaDB as its socket's path must have at most ${MAX_SOCKET_PATH} characters: ` +
        `current value is ${socket} (set TMPDIR to a shorter folder)`,
    );
  }
  const port = freePort();
  const password = randomPassword();
  const initFile = join(dir, "init.sql");
  await Deno.writeTextFile(initFile, ownerSql(password), { mode: 0o600 });
  const url = `mysql://${OWNER}:${password}@127.0.0.1:${port}/${OWNER}`;
  const env = { [RUN_VARIABLE]: runDir };
  const logFile = join(dir, "log");
  const user = userInfo().username;
  const asRoot = Deno.uid() === 0 ? ["--user=root"] : [];
  const prepare: ServerCommand = programs.installer
    ? {
      program: programs.installer,
      args: [
        "--no-defaults",
        ...asRoot,
        `--datadir=${data}`,
        "--skip-test-db",
        "--auth-root-authentication-method=socket",
        `--auth-root-socket-user=${user}`,
      ],
      env,
      logFile,
    }
    : {
      program: programs.server,
      args: ["--no-defaults", ...asRoot, "--initialize-insecure", `--datadir=${data}`],
      env,
      logFile,
    };
  return {
    name: "mysql",
    port,
    url,
    command: {
      program: programs.server,
      args: [
        "--no-defaults",
        ...asRoot,
        `--datadir=${data}`,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--socket=${socket}`,
        `--pid-file=${join(dir, "pid")}`,
        `--init-file=${initFile}`,
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--max-connections=300",
        // MySQL has a second protocol with a port of its own; MariaDB ignores the option.
        "--loose-mysqlx=OFF",
      ],
      env,
      logFile,
    },
    prepare,
    probe: () => probeMysql(url),
    startTimeoutMs: 60_000,
  };
}

/** Run by the server itself at every start, one statement a line, before it takes connections. */
function ownerSql(password: string): string {
  return [
    "DROP USER IF EXISTS ''@'localhost';",
    "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';",
    `CREATE DATABASE IF NOT EXISTS ${OWNER};`,
    `CREATE USER IF NOT EXISTS '${OWNER}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON \`${OWNER}%\`.* TO '${OWNER}'@'%';`,
    "",
  ].join("\n");
}
