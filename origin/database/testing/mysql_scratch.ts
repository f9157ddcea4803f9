import mysql from "mysql2/promise";
import { serviceFor, uniqueName } from "../../../shared/testing/services_env.ts";
import { readMysqlUrl } from "../mysql_url.ts";

/** A database of its own on the test server. */
export interface ScratchDatabase {
  url: string;
  name: string;
  drop(): Promise<void>;
}

/** Makes an empty database; the server's default character set does not matter to Dropgate. */
export async function makeScratchDatabase(): Promise<ScratchDatabase> {
  const base = serviceFor("MYSQL_URL");
  const name = uniqueName("dropgate_test");
  await onServer(base, `CREATE DATABASE ${name} CHARACTER SET latin1`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => onServer(base, `DROP DATABASE IF EXISTS ${name}`) };
}

async function onServer(url: string, statement: string): Promise<void> {
  const { tls, ...address } = readMysqlUrl(url);
  const connection = await mysql.createConnection({ ...address, ...(tls ? { ssl: tls } : {}) });
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** What a test file's tests share: one database, made before the first and dropped after the last. */
export function scratchForThisFile(): { url(): string } {
  let scratch: ScratchDatabase | null = null;
  Deno.test.beforeAll(async () => {
    scratch = await makeScratchDatabase();
  });
  Deno.test.afterAll(async () => {
    await scratch?.drop();
  });
  return {
    url() {
      if (!scratch) throw new Error("Cannot use the test database before it is made");
      return scratch.url;
    },
  };
}
