import { assertEquals } from "@std/assert";
import { WITHIN } from "../gate/gate_parts.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleItem, sampleSale } from "../testing/sample_sale.ts";

/** Sale 2 with one piece, which Ann bought with key `k`, all of it known to the edge. */
async function soldOut(): Promise<{ kit: EdgeKit; ann: string; bob: string }> {
  const kit = await startEdge();
  kit.origin.publish(sampleSale(2, { items: [sampleItem(1, { stock: 1, perUserLimit: 2 })] }));
  await kit.refresh();
  const ann = await kit.signIn("ann");
  const bob = await kit.signIn("bob");
  assertEquals(await gist(kit.buy({ token: ann, key: "k", saleId: 2 })), "201 reserved");
  await kit.timers.advance(10_000);
  kit.origin.batches.length = 0;
  return { kit, ann, bob };
}

Deno.test("A winner whose answer was lost hears it again after the sell-out", async () => {
  const { kit, ann } = await soldOut();
  await using _ = kit;
  const response = await kit.buy({ token: ann, key: "k", saleId: 2 });
  const body = await response.json();
  assertEquals([response.status, body.ticket], [200, "2-1-ann-1000000001"]);
  assertEquals(kit.origin.batches[0]!.buys, [[2, 1, "ann", 1, "k", 1]]);
});

Deno.test("A winner hears it again after the end, the close and during a pause", async () => {
  const { kit, ann, bob } = await soldOut();
  await using _ = kit;
  const tries = async () => [
    await gist(kit.buy({ token: ann, key: "k", saleId: 2 })),
    await gist(kit.buy({ token: bob, key: "k", saleId: 2 })),
  ];
  kit.origin.change(2, { paused: true });
  await kit.refresh();
  assertEquals(await tries(), ["200 reserved", "503 paused"]);
  kit.origin.change(2, { paused: false, closed: true });
  await kit.refresh();
  assertEquals(await tries(), ["200 reserved", "410 ended"]);
  kit.origin.change(2, { closed: false, endsAt: SAMPLE_NOW_MS + 12_000 });
  await kit.timers.advance(5_000);
  assertEquals(await tries(), ["200 reserved", "410 ended"]);
});

Deno.test("A loser is looked up once, then the edge answers alone", async () => {
  const { kit, bob } = await soldOut();
  await using _ = kit;
  const attempt = () => gist(kit.buy({ token: bob, key: "b", saleId: 2 }));
  for (let i = 0; i < 5; i += 1) assertEquals(await attempt(), "409 sold_out");
  assertEquals(kit.origin.batches.length, 1);
});

Deno.test("A thousand losers are looked up together", async () => {
  const { kit } = await soldOut();
  await using _ = kit;
  const tokens = await Promise.all(Array.from({ length: 1_000 }, (_, i) => kit.signIn(`u${i}`)));
  const gists = await Promise.all(
    tokens.map((token) => gist(kit.buy({ token, key: "x", saleId: 2 }))),
  );
  assertEquals(new Set(gists), new Set(["409 sold_out"]));
  assertEquals(kit.origin.batches.length < 20, true, `${kit.origin.batches.length} batches`);
});

Deno.test("Nobody is looked up without a key or a session", async () => {
  const { kit, bob } = await soldOut();
  await using _ = kit;
  assertEquals(await gist(kit.buy({ token: bob, saleId: 2 })), "409 sold_out");
  assertEquals(await gist(kit.buy({ key: "k", saleId: 2 })), "409 sold_out");
  assertEquals(await gist(kit.buy({ token: "forged", key: "k", saleId: 2 })), "409 sold_out");
  assertEquals(kit.origin.batches.length, 0);
});

Deno.test("A winner never hears sold out because the origin is away", async () => {
  const { kit, ann } = await soldOut();
  await using _ = kit;
  kit.origin.misbehave = () => new Response("oops", { status: 500 });
  const attempt = () => gist(kit.buy({ token: ann, key: "k", saleId: 2 }));
  assertEquals(await attempt(), "503 unavailable");
  kit.origin.misbehave = () => null;
  assertEquals(await attempt(), "200 reserved");
});

Deno.test("A look-up tells a mismatch and an ended order as a buy does", async () => {
  const { kit, ann } = await soldOut();
  await using _ = kit;
  const attempt = (quantity: number) =>
    gist(kit.buy({ token: ann, key: "k", saleId: 2, body: { productId: 1, quantity } }));
  assertEquals(await attempt(2), "422 idempotency_mismatch");
  kit.origin.cancel(2, 1, "ann");
  kit.origin.stock.set("2-1", 0);
  assertEquals(await attempt(1), "409 order_ended");
});

Deno.test("A restock begins a new period: what was remembered does not count", async () => {
  const { kit, bob } = await soldOut();
  await using _ = kit;
  const attempt = () => gist(kit.buy({ token: bob, key: "b", saleId: 2 }));
  assertEquals(await attempt(), "409 sold_out");
  assertEquals(await attempt(), "409 sold_out");
  kit.origin.stock.set("2-1", 1);
  await kit.refresh();
  assertEquals(await attempt(), "201 reserved");
  assertEquals(await attempt(), "200 reserved");
});

/** Limits that let nobody through any more once `isOver` is set. */
function switchedLimits() {
  const limits = {
    isOver: false,
    takeAddress: () => WITHIN,
    giveBackAddress: () => {},
    takeUser: () => limits.isOver ? 2_500 : WITHIN,
    giveBackUser: () => {},
    takeSale: () => WITHIN,
  };
  return limits;
}

Deno.test("A winner hears it again over a limit, others when to come again", async () => {
  const limits = switchedLimits();
  await using kit = await startEdge({ gate: { limits } });
  const [ann, bob] = [await kit.signIn("ann"), await kit.signIn("bob")];
  const first = await (await kit.buy({ token: ann, key: "k" })).json();
  limits.isOver = true;
  const again = await kit.buy({ token: ann, key: "k" });
  assertEquals([again.status, (await again.json()).ticket], [200, first.ticket]);
  assertEquals(kit.origin.batches.at(-1)!.buys, [[1, 1, "ann", 1, "k", 1]]);
  const refused = await kit.buy({ token: bob, key: "k" });
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "3"]);
  assertEquals(await gist(kit.buy({ token: ann, key: "other" })), "429 rate_limited");
  const two = { productId: 1, quantity: 1 };
  assertEquals(await gist(kit.buy({ token: ann, key: "k", body: two })), "200 reserved");
});

Deno.test("Hammering over a limit is not one question each time", async () => {
  const limits = switchedLimits();
  await using kit = await startEdge({ gate: { limits } });
  const bob = await kit.signIn("bob");
  limits.isOver = true;
  const hammer = async (key: (at: number) => string | undefined) => {
    kit.origin.batches.length = 0;
    for (let at = 0; at < 200; at += 1) {
      const given = key(at);
      const attempt = { token: bob, ...(given === undefined ? {} : { key: given }) };
      assertEquals(await gist(kit.buy(attempt)), "429 rate_limited");
    }
    return kit.origin.batches.length;
  };
  assertEquals(await hammer(() => undefined), 0);
  assertEquals(await hammer(() => "same"), 1);
  assertEquals(await hammer((at) => `key-${at}`), 29);
  assertEquals(await gist(kit.buy({ key: "k" })), "401 unauthenticated");
});

Deno.test("A known buyer without a pass hears his ticket, others the slider", async () => {
  await using kit = await startEdge();
  const [ann, bob] = [await kit.signIn("ann"), await kit.signIn("bob")];
  assertEquals(await gist(kit.buy({ token: ann, key: "k" })), "201 reserved");
  kit.origin.change(1, { captcha: "always" });
  await kit.refresh();
  kit.origin.batches.length = 0;
  assertEquals(await gist(kit.buy({ token: ann, key: "k" })), "200 reserved");
  assertEquals(await gist(kit.buy({ token: bob, key: "k" })), "428 captcha_required");
  assertEquals(await gist(kit.buy({ token: ann, key: "other" })), "409 already_bought");
  assertEquals(await gist(kit.buy({ token: ann })), "409 already_bought");
  assertEquals(await gist(kit.buy({ token: bob })), "428 captcha_required");
  const questions = kit.origin.batches.flatMap(({ buys }) => buys.map((buy) => buy[5]));
  assertEquals(questions, [1, 1, 1, 1, 1], "nothing but look-ups");
});

Deno.test("A ledger that finds a pass used is heard as 428", async () => {
  const passId = "abcdefghijklmnopqrstuv";
  const passes = { read: () => ({ passId, expiresAt: 5 }) };
  await using kit = await startEdge({ gate: { passes } });
  kit.origin.change(1, { captcha: "always" });
  await kit.refresh();
  const bob = await kit.signIn("bob");
  const headers = { "x-captcha-pass": "a pass" };
  const attempt = (key: string) => gist(kit.buy({ token: bob, key, headers }));
  assertEquals(await attempt("k"), "201 reserved");
  assertEquals(kit.origin.batches.at(-1)!.buys, [[1, 1, "bob", 1, "k", 0, passId, 5]]);
  assertEquals(await attempt("k"), "200 reserved");
  assertEquals(await attempt("new"), "409 already_bought");
  kit.origin.cancel(1, 1, "bob");
  assertEquals(await attempt("new"), "428 captcha_required");
});
