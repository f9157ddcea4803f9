import { assert, assertEquals } from "@std/assert";
import { TcpProxy } from "../../shared/testing/tcp_proxy.ts";
import { DatabaseError } from "./database.ts";
import { MysqlDatabase } from "./mysql_database.ts";
import { readMysqlUrl } from "./mysql_url.ts";
import { scratchForThisFile } from "./testing/mysql_scratch.ts";

const scratch = scratchForThisFile();

/** Longest time until another process may go on where a silent one stopped. */
const TAKEOVER_MS = 15_000;

/** A database behind a link that can fall silent, and a rival that reaches the server directly. */
async function withRivals(
  test: (near: MysqlDatabase, rival: MysqlDatabase, link: TcpProxy) => Promise<void>,
): Promise<void> {
  const address = readMysqlUrl(scratch.url());
  const link = new TcpProxy({ hostname: address.host, port: address.port });
  const near = new MysqlDatabase({ ...address, host: "127.0.0.1", port: link.port });
  const rival = new MysqlDatabase(address);
  try {
    await test(near, rival, link);
  } finally {
    link.restore();
    await Promise.all([near.close(), rival.close()]);
    await link.close();
  }
}

/** How long until `attempt` succeeds, ms. @throws when it takes too long. */
async function timeUntil(attempt: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!await attempt()) {
    if (performance.now() - startedAt > TAKEOVER_MS) throw new Error("still locked");
  }
  return performance.now() - startedAt;
}

Deno.test("locks and rows of a process that fell silent are free again within 15 s", async () => {
  await withRivals(async (near, rival, link) => {
    await rival.command("CREATE TABLE piece (id INT PRIMARY KEY, owner VARCHAR(20) NOT NULL)");
    await rival.execute("INSERT INTO piece (id, owner) VALUES (1, 'nobody')");
    const changed = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const transaction = near.transaction(async (tx) => {
      await tx.execute("UPDATE piece SET owner = 'near' WHERE id = 1");
      changed.resolve();
      await ended.promise;
      await tx.execute("UPDATE piece SET owner = 'near again' WHERE id = 1");
    }).then(() => "committed", () => "failed");
    const coordinating = near.withLock("opening", async () => {
      locked.resolve();
      await ended.promise;
    });
    await Promise.all([changed.promise, locked.promise]);
    link.silence();

    const [lockMs, rowMs] = await Promise.all([
      timeUntil(async () =>
        await rival.withLockWithin("opening", 1, () => Promise.resolve(1)) === 1
      ),
      timeUntil(() =>
        rival.execute("UPDATE piece SET owner = 'rival' WHERE id = 1").then(() => true, (error) => {
          assert(error instanceof DatabaseError && error.fault === "lock_timeout", String(error));
          return false;
        })
      ),
    ]);
    assert(lockMs < TAKEOVER_MS && rowMs < TAKEOVER_MS, `${lockMs} ${rowMs}`);
    link.restore();
    ended.resolve();
    assertEquals(await transaction, "failed");
    await coordinating;
    const [piece] = await rival.query<{ owner: string }>("SELECT owner FROM piece");
    assertEquals(piece?.owner, "rival");
  });
});

Deno.test("a lock is kept for as long as its holder lives, and idle connections are renewed", async () => {
  await withRivals(async (near, rival) => {
    await near.query("SELECT 1");
    const startedAt = performance.now();
    await near.withLock("long work", async () => {
      // Longer than the server waits for a connection that says nothing.
      while (performance.now() - startedAt < 11_500) {
        assertEquals(await rival.withLockWithin("long work", 1, () => Promise.resolve(1)), null);
      }
    });
    assertEquals(await near.query("SELECT 1 AS one"), [{ one: 1 }]);
    assertEquals(near.isUp(), true);
  });
});
