import { assertEquals } from "@std/assert";
import { EDGE_KEY_HEADER, type Snapshot } from "../../internal_api.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "../e2e/own_database.ts";
import { TestShop } from "../e2e/shop.ts";
import { freePort } from "../services/free_port.ts";
import { poll } from "../services/poll.ts";
import { type LaunchedSystem, launchSystem, type SystemPlan } from "./launch_system.ts";
import { secretsForRun } from "./run_secrets.ts";
import { type LoadResult, SteadyLoad } from "./steady_load.ts";

/** A system of processes under test. */
export interface LaunchedShop {
  system: LaunchedSystem;
  shop: TestShop;
  /** What edges show to origins. */
  edgeKey: string;
  /** Everything that its processes and their supervisor have printed. */
  lines: string[];
}

/** A system of processes on the tests' servers, with a database and a name space of its own. */
export async function withSystem(
  counts: SystemPlan["counts"],
  entries: SystemPlan["entries"],
  test: (launched: LaunchedShop) => Promise<void>,
): Promise<void> {
  await withDatabase(serviceFor("MYSQL_URL"), async (mysql) => {
    const lines: string[] = [];
    const secrets = secretsForRun({});
    const env = {
      ...secrets,
      NAMESPACE: uniqueName("dropgate_rolling"),
      DEMO: "1",
      HOST: "127.0.0.1",
      EDGE_PORT: String(freePort()),
      ORIGIN_PORT: "0",
      WORKER_PORT: "0",
    };
    const system = await launchSystem(
      {
        urls: { redis: serviceFor("REDIS_URL"), amqp: serviceFor("AMQP_URL"), mysql },
        counts,
        env,
        runDir: "rolling",
        ...(entries === undefined ? {} : { entries }),
      },
      { inherited: Deno.env.toObject(), print: (line) => lines.push(line) },
    );
    try {
      const shop = new TestShop({
        edgeUrl: system.edgeUrls[0] ?? "",
        originUrl: system.originUrls[0] ?? "",
        adminToken: secrets.ADMIN_TOKEN,
      });
      await test({ system, shop, lines, edgeKey: secrets.EDGE_KEY });
    } catch (error) {
      console.log(lines.slice(-100).join("\n"));
      throw error;
    } finally {
      await system.stop();
    }
  });
}

/** Waits until an origin has heard that everything published is open: the others may know earlier. */
async function untilItSells(originUrl: string, edgeKey: string): Promise<void> {
  await poll(`${originUrl} to sell`, async () => {
    const response = await fetch(`${originUrl}/internal/snapshot`, {
      headers: { [EDGE_KEY_HEADER]: edgeKey },
      signal: AbortSignal.timeout(5_000),
    });
    const { live } = await response.json() as Snapshot;
    return live.length > 0 && live.every(({ stock }) => stock !== null) ? true : null;
  }, { timeoutMs: 10_000 });
}

/** Runs `work` while clients buy and read, and checks that nobody noticed. */
export async function underLoad(
  launched: LaunchedShop,
  work: (load: SteadyLoad) => Promise<void>,
): Promise<LoadResult> {
  const { system, shop } = launched;
  const sale = await shop.openSale(1_000_000);
  for (const url of system.originUrls) await untilItSells(url, launched.edgeKey);
  const load = new SteadyLoad({
    edgeUrl: system.edgeUrls[0] ?? "",
    ...sale,
    clients: 24,
    requestsPerSecond: 180,
  });
  load.start();
  let result: LoadResult;
  try {
    await work(load);
  } finally {
    result = await load.stop();
  }
  assertEquals(result.failures, [], JSON.stringify(result.statuses));
  const { status, body } = await shop.proofAtRest(sale.saleId);
  assertEquals([status, body.ok], [200, true], JSON.stringify(body));
  assertEquals(body.unpaid, result.reserved + result.processing);
  return result;
}
