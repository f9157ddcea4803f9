import { assertEquals } from "@std/assert";
import { receiptKey, verifyReceipt } from "../../../origin/orders/receipt.ts";
import { TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

Deno.test("embedded: orders, sessions and receipts hold over a restart", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dropgate-e2e-" });
  try {
    const first = await startSystem("embedded", { DATA_DIR: dataDir });
    const before = new TestShop(first);
    const sale = await before.openSale(2);
    const token = await before.signIn("ann");
    const bought = await before.buy(sale, token, { key: "k1" });
    const order = await before.writtenOrder(bought.body.ticket, token);
    assertEquals(await first.stop("SIGINT"), 0, first.output());

    const second = await startSystem("embedded", { DATA_DIR: dataDir });
    const after = new TestShop(second);
    assertEquals(second.adminToken, first.adminToken);
    const again = await after.order(bought.body.ticket, token);
    assertEquals([again.status, again.body.status], [200, "unpaid"]);
    const { RECEIPT_KEY } = JSON.parse(await Deno.readTextFile(`${dataDir}/secrets.json`));
    const key = receiptKey(RECEIPT_KEY);
    for (const { body } of [order, again]) {
      const facts = await verifyReceipt(body.receipt, key);
      assertEquals([facts.ticket, facts.userId, facts.amount], [bought.body.ticket, "ann", 2500]);
    }
    // A machine that is busy with starting may say 503: the same key is safe to ask again with.
    const repeated = await waitFor("an answer to the same key", async () => {
      const answer = await after.buy(sale, token, { key: "k1" });
      return answer.status === 503 ? null : answer;
    });
    assertEquals([repeated.status, repeated.body], [200, bought.body]);
    assertEquals((await after.proof(sale.saleId)).body.ok, true);
    assertEquals(await second.stop("SIGTERM"), 0, second.output());
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("embedded: every answered reservation survives kill -9", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dropgate-e2e-" });
  try {
    const first = await startSystem("embedded", { DATA_DIR: dataDir });
    const before = new TestShop(first);
    const sale = await before.openSale(1_000);
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, at) => before.signIn(`u${at}`)),
    );
    const reserved: { ticket: string; token: string }[] = [];
    const buys = tokens.map(async (token, at) => {
      const answer = await before.buy(sale, token, { key: `k${at}` }).catch(() => null);
      if (answer?.body.outcome !== "reserved") return;
      reserved.push({ ticket: answer.body.ticket, token });
      if (reserved.length === 100) void first.stop("SIGKILL");
    });
    await Promise.all(buys);
    await first.stop("SIGKILL");

    const second = await startSystem("embedded", { DATA_DIR: dataDir });
    const after = new TestShop(second);
    for (const { ticket, token } of reserved) {
      assertEquals((await after.writtenOrder(ticket, token)).body.status, "unpaid");
    }
    assertEquals((await after.proofAtRest(sale.saleId)).body.ok, true);
    assertEquals(await second.stop(), 0, second.output());
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
