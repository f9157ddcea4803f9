import { assert, assertEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { deriveProofSeed, openProofSigner } from "../../shared/proof/proof_key.ts";
import { check } from "../../shared/proof/testing/sample_bundle.ts";
import { OPEN_AFTER_END_MS } from "../orders/item_epochs.ts";
import { KEPT_TEXTS, MAKING_LEASE_MS } from "./proof_book.ts";
import { ProofMaker, type ProofMakerParts } from "./proof_maker.ts";
import { buyerNames, ProvenSale } from "./testing/proven_sale.ts";

/** A maker of its own, some parts of which are changed. */
function makerOf({ origin }: ProvenSale, changes: Partial<ProofMakerParts> = {}): ProofMaker {
  const { deps } = origin;
  return new ProofMaker({
    catalog: deps.catalog,
    book: deps.book,
    payments: deps.payments,
    ledger: deps.ledger,
    proofs: origin.proofs,
    clock: () => origin.now,
    delay: () => Promise.resolve(),
    random: (bytes) => void bytes.fill(7),
    openSigner: () => openProofSigner(deriveProofSeed("a secret")),
    log: logOf("test"),
    ...changes,
  });
}

/** An order book in which somebody buys between the tickets and the proof, and in all its rounds. */
function bookOfRush(sale: ProvenSale): ProofMakerParts["book"] {
  let rounds = 0;
  return Object.assign(Object.create(sale.origin.deps.book), {
    readItems: async (items: `${number}-${number}`[]) => {
      const states = await sale.origin.book.readItems(items);
      rounds += 1;
      if (rounds > 1) await sale.buy([`late-${rounds}`]);
      return states;
    },
  });
}

/** Has a proof made, and waits for what becomes of it. */
async function made(maker: ProofMaker, { saleId, origin }: ProvenSale, final = false) {
  const begun = await maker.begin({ saleId, full: false, final, madeBy: "ann" });
  assert(begun.kind === "begun", begun.kind);
  await maker.made(begun.bundle.id);
  return (await origin.proofs.get(begun.bundle.id))!;
}

Deno.test("ProofMaker makes the proof of an item with several lives", async () => {
  await using sale = await ProvenSale.open(buyerNames(7));
  const { origin, saleId, productId } = sale;
  await origin.book.closeItems([{ item: `${saleId}-${productId}`, epoch: 1 }]);
  await origin.openItems();
  await origin.deps.registry.refresh();
  await sale.buy(["zoe", "yan"]);
  const proof = await sale.prove();
  assertEquals([proof.ok, proof.tickets], [true, 9]);
  const bytes = await sale.file(proof.proofId, "json");
  const report = await check(bytes);
  assertEquals([report.verdict, report.header?.items[0]?.epoch], ["intact", 2]);
  const { tickets } = JSON.parse(new TextDecoder().decode(bytes));
  assertEquals(tickets.at(-1).seq, 2_000_000_002);
});

Deno.test("ProofMaker tells of a sale that sells while it is counted", async () => {
  await using sale = await ProvenSale.open(buyerNames(5));
  const bundle = await made(makerOf(sale, { book: bookOfRush(sale) }), sale);
  assertEquals([bundle.state, bundle.ok, bundle.outcome?.totals.moving], ["done", true, true]);
  assertEquals((await check(await sale.file(bundle.id, "json"))).verdict, "intact");
});

Deno.test("ProofMaker makes no last proof of a sale that moves", async () => {
  await using sale = await ProvenSale.open(buyerNames(5));
  const bundle = await made(makerOf(sale, { book: bookOfRush(sale) }), sale, true);
  assertEquals(bundle.state, "failed");
  assert(bundle.reason?.includes("still changing"), bundle.reason ?? "");
});

Deno.test("ProofMaker makes nothing while the ledger is away, and says so", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const maker = makerOf(sale);
  sale.origin.faults.ledger.error = new Error("away");
  const bundle = await made(maker, sale);
  assertEquals([bundle.state, bundle.reason], ["failed", "The ledger does not answer"]);
  sale.origin.faults.ledger.error = null;
  assertEquals((await made(maker, sale)).state, "done");
});

Deno.test("ProofMaker shows that it lives while the proof is counted for minutes", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const { origin, saleId } = sale;
  const counting = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const beat = Promise.withResolvers<void>();
  const beats: (() => void)[] = [];
  let ended = 0;
  let shown = 0;
  const maker = makerOf(sale, {
    book: Object.assign(Object.create(origin.deps.book), {
      totals: async (id: number) => {
        counting.resolve();
        await goOn.promise;
        return await origin.book.totals(id);
      },
    }),
    proofs: Object.assign(Object.create(origin.proofs), {
      stayAlive: async (id: number) => {
        const isMade = await origin.proofs.stayAlive(id);
        shown += 1;
        beat.resolve();
        return isMade;
      },
    }),
    every: (_ms, work) => {
      beats.push(work);
      return () => void (ended += 1);
    },
  });
  const wanted = { saleId, full: false, final: false, madeBy: "ann" };
  const begun = await maker.begin(wanted);
  assert(begun.kind === "begun");
  await counting.promise;
  origin.now += MAKING_LEASE_MS - 1;
  for (const work of beats) work();
  await beat.promise;
  origin.now += MAKING_LEASE_MS - 1;
  assertEquals((await makerOf(sale).begin(wanted)).kind, "busy");
  goOn.resolve();
  await maker.made(begun.bundle.id);
  assertEquals((await origin.proofs.get(begun.bundle.id))?.state, "done");
  assertEquals([beats.length, ended], [1, 1]);
  // Nobody says of a proof that is over that it is being made.
  beats[0]!();
  assertEquals(shown, 1);
});

Deno.test("ProofMaker keeps the files of the newest five proofs, and of every last one", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const last = await made(makerOf(sale), sale, true);
  const ids: number[] = [];
  for (let n = 0; n < KEPT_TEXTS + 2; n += 1) ids.push((await made(makerOf(sale), sale)).id);
  const states = await Promise.all([last.id, ...ids].map(async (id) => {
    const { hasText, head, outcome } = (await sale.origin.proofs.get(id))!;
    assert(head !== null && outcome !== null);
    assertEquals(await sale.origin.proofs.readPart(id, 1) !== null, hasText);
    return hasText;
  }));
  assertEquals(states, [true, false, false, true, true, true, true, true]);
});

Deno.test("ProofMaker begins anew after an item was recovered meanwhile", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const { origin } = sale;
  let looks = 0;
  const maker = makerOf(sale, {
    catalog: {
      getSale: (saleId) => origin.deps.catalog.getSale(saleId),
      async getProduct(productId) {
        looks += 1;
        if (looks === 1) {
          await origin.book.closeItems([{ item: `${sale.saleId}-${productId}`, epoch: 1 }]);
          await origin.openItems();
        }
        return await origin.deps.catalog.getProduct(productId);
      },
    },
  });
  const bundle = await made(maker, sale);
  assertEquals(bundle.state, "failed");
  assert(bundle.reason?.includes("recovered meanwhile"));
  assertEquals((await made(maker, sale)).state, "done");
});

Deno.test("ProofMaker leaves nothing open when it is stopped", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const held = Promise.withResolvers<void>();
  const maker = makerOf(sale, { delay: () => held.promise });
  const { saleId } = sale;
  const wanted = { saleId, full: false, final: false, madeBy: "ann" };
  const begun = await maker.begin(wanted);
  assert(begun.kind === "begun");
  const stopped = maker.stop();
  held.resolve();
  await stopped;
  const bundle = await sale.origin.proofs.get(begun.bundle.id);
  assertEquals([bundle?.state, bundle?.reason], ["failed", "The origin was stopped"]);
  assertEquals((await maker.begin(wanted)).kind, "crowded");
});

Deno.test("ProofMaker tells nothing of what failed inside, but in the log", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  sale.origin.faults.payments.error = new Error("secret of the database");
  const bundle = await made(makerOf(sale), sale);
  assertEquals(bundle.state, "failed");
  assert(!bundle.reason?.includes("secret"));
});

Deno.test("a sale that is long over is proven without its ledger", async () => {
  await using sale = await ProvenSale.open([]);
  const tickets = await sale.buy(buyerNames(6));
  await sale.pay(tickets.slice(0, 4));
  await sale.close();
  const { origin, saleId, productId } = sale;
  await origin.ledger.removeItems([{ item: `${saleId}-${productId}`, epoch: 1 }]);
  const refused = await made(makerOf(sale), sale);
  assertEquals(refused.state, "failed");
  await origin.db.execute("UPDATE sale SET starts_at = 1, ends_at = ? WHERE id = ?", [
    origin.now - OPEN_AFTER_END_MS - 1,
    saleId,
  ]);
  const bundle = await made(makerOf(sale), sale);
  assertEquals([bundle.state, bundle.ok, bundle.reason], ["done", true, null]);
  const report = await check(await sale.file(bundle.id, "json"));
  const totals = report.summary?.itemTotals[0];
  assertEquals([report.verdict, totals?.ledger, totals?.paid, totals?.remaining], [
    "intact",
    false,
    4,
    96,
  ]);
  const page = new TextDecoder().decode(await sale.file(bundle.id, "html"));
  assert(page.includes("The ledger of this sale is gone"));
});
