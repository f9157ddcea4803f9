import { createConnection } from "mysql2/promise";
import { uniqueName } from "../../testing/services_env.ts";

/** Gives `work` a MySQL database of its own on the server of this URL, and removes it afterwards. */
export async function withDatabase(
  serverUrl: string,
  work: (mysqlUrl: string) => Promise<void>,
): Promise<void> {
  const name = uniqueName("dropgate_e2e");
  const statement = async (text: string) => {
    const connection = await createConnection({ uri: serverUrl, connectTimeout: 5_000 });
    try {
      await connection.query(text);
    } finally {
      await connection.end();
    }
  };
  await statement(`CREATE DATABASE ${name}`);
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    await work(url.href);
  } finally {
    await statement(`DROP DATABASE ${name}`);
  }
}
