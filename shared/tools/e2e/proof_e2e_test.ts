import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { join } from "node:path";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { runProof } from "../proof/run_proof.ts";
import { withDatabase } from "./own_database.ts";
import { askOrder, tellPayment } from "./payment_calls.ts";
import { TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** Buyers of the walk; the first half pays, the others cancel. */
const BUYERS = Array.from({ length: 12 }, (_, at) => `buyer-${at}`);
const PAYING = BUYERS.length / 2;
const STOCK = 20;

Deno.test("embedded: a sale is proven, cleaned up, and still answers its buyers", async () => {
  const system = await startSystem("embedded");
  try {
    await walk(new TestShop(system), () => Promise.resolve());
  } finally {
    assertEquals(await system.stop("SIGINT"), 0, system.output());
  }
});

Deno.test("services: a sale is proven, cleaned up, and still answers its buyers", async () => {
  const namespace = uniqueName("e2e");
  await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
    const system = await startSystem("services", {
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: namespace,
    });
    try {
      await walk(new TestShop(system), async (saleId, isClean) => {
        const keys = await keysOf(namespace, saleId);
        assertEquals(keys.length > 0, !isClean, keys.join(" "));
      });
    } finally {
      assertEquals(await system.stop("SIGTERM"), 0, system.output());
    }
  });
});

/** The keys of a sale's ledgers, but for spent passes, which end by themselves. */
async function keysOf(namespace: string, saleId: number): Promise<string[]> {
  const redis = new Redis(serviceFor("REDIS_URL"));
  try {
    const keys: string[] = [];
    for await (
      const page of redis.scanStream({ match: `${namespace}:{*${saleId}*`, count: 1_000 })
    ) {
      keys.push(...(page as string[]).filter((key) => !key.includes(":pass:")));
    }
    return keys;
  } finally {
    const ended = new Promise((resolve) => redis.once("end", resolve));
    redis.disconnect();
    await ended;
  }
}

async function walk(
  shop: TestShop,
  lookAtLedger: (saleId: number, isClean: boolean) => Promise<void>,
): Promise<void> {
  const sale = await shop.openSale(STOCK);
  const { saleId } = sale;
  const tokens = await Promise.all(BUYERS.map((user) => shop.signIn(user)));
  const buy = (at: number) => shop.buy(sale, tokens[at]!, { key: `key-${at}` });
  const answers = await Promise.all(tokens.map((_, at) => buy(at)));
  const tickets = answers.map(({ body }) => body.ticket as string);
  await Promise.all(tickets.map((ticket, at) => shop.writtenOrder(ticket, tokens[at]!)));
  for (const [at, ticket] of tickets.entries()) {
    const told = at < PAYING
      ? await tellPayment(shop, ticket)
      : await askOrder(shop, ticket, "cancel", tokens[at]!);
    assertEquals(told.status, 200, JSON.stringify(told.body));
  }
  const blocked = await shop.admin("POST", `/sales/${saleId}/clean-up`, {});
  assertEquals(blocked.status, 409);
  assertEquals((await shop.admin("POST", `/sales/${saleId}/close`)).status, 200);

  await verifyOwnProof(shop, saleId);
  await lookAtLedger(saleId, false);
  await cleanUp(shop, saleId);
  await lookAtLedger(saleId, true);

  const kept = await shop.proof(saleId);
  const { ok, paid, cancelled, remaining } = kept.body;
  assertEquals([ok, paid, cancelled, remaining], [true, PAYING, PAYING, STOCK - PAYING]);
  const first = await shop.order(tickets[0]!, tokens[0]!);
  const last = await shop.order(tickets.at(-1)!, tokens.at(-1)!);
  assertEquals([first.body.status, last.body.status], ["paid", "cancelled"]);
  // The same request gives the same ticket, for as long as anybody asks.
  const again = await waitFor("the origins to know", async () => {
    const answer = await buy(0);
    return answer.status === 503 ? null : answer;
  });
  assertEquals([again.status, again.body.ticket], [200, tickets[0]]);
}

/** Makes a proof, downloads it, and checks it as anybody does who has nothing but the file. */
async function verifyOwnProof(shop: TestShop, saleId: number): Promise<void> {
  // Cancelled pieces come back within seconds.
  await waitFor("the books to balance", async () => {
    const { body } = await shop.proof(saleId);
    return body.ok && body.remaining === STOCK - PAYING ? true : null;
  });
  const begun = await shop.admin("POST", `/sales/${saleId}/proofs`, {});
  assertEquals(begun.status, 202);
  const path = `/sales/${saleId}/proofs/${begun.body.proofId}`;
  await waitFor("the proof", async () => {
    const { body } = await shop.admin("GET", path);
    assert(body.state !== "failed", body.reason);
    return body.state === "done" ? true : null;
  });
  const folder = await Deno.makeTempDir({ prefix: "dropgate-proof-" });
  try {
    for (const form of ["json", "html"]) {
      const file = join(folder, `proof.${form}`);
      const response = await fetch(
        `${shop.system.originUrl}/admin/api${path}/bundle.${form}`,
        { headers: { authorization: `Bearer ${shop.system.adminToken}` } },
      );
      await Deno.writeFile(file, response.body!);
      const told: string[] = [];
      const screen = { out: (text: string) => told.push(text), err: () => {} };
      const status = await runProof(["verify", file, "--keys", shop.system.originUrl], screen);
      assertEquals(status, 0, told.join("\n"));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function cleanUp(shop: TestShop, saleId: number): Promise<void> {
  // Workers count order events within seconds.
  await waitFor("nothing to stand in the way", async () => {
    const { body } = await shop.admin("GET", `/sales/${saleId}/clean-up`);
    const kinds = body.obstacles.map(({ kind }: { kind: string }) => kind);
    return kinds.join() === "young_events" ? true : null;
  });
  const path = `/sales/${saleId}/clean-up`;
  assertEquals((await shop.admin("POST", path, {})).status, 409);
  assertEquals((await shop.admin("POST", path, { dropEvents: true })).status, 202);
  await waitFor("the clean-up", async () => {
    const { body } = await shop.admin("GET", `/sales/${saleId}/clean-up`);
    assertEquals(body.failure, null);
    return body.state === "clean" ? true : null;
  });
}
