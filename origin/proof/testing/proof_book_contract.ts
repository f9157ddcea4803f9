import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseItemKey } from "../../../shared/item.ts";
import { batchOf, BookShop, type OpenDatabase, seqOf } from "../../orders/testing/book_shop.ts";
import {
  KEPT_TEXTS,
  MAKING_LEASE_MS,
  type NewBundle,
  PAGE_PART,
  type TicketEnd,
} from "../proof_book.ts";
import { SqlProofBook } from "../sql_proof_book.ts";
import { ticketsInOrder } from "../tickets_in_order.ts";

const HEAD = "ab".repeat(32);

const SUMS = {
  stock: 5,
  remaining: 5,
  processing: 0,
  unpaid: 0,
  paid: 0,
  cancelled: 0,
  refused: 0,
  refundDue: 0,
  refunded: 0,
};

const OUTCOME = {
  proof: { ...SUMS, ok: true, moving: false, violations: [], violationCount: 0, items: [] },
  totals: {
    ...SUMS,
    countedAt: "2026-06-01T10:00:00.000Z",
    ok: true,
    moving: false,
    tickets: 3,
    violationCount: 0,
  },
};

const END = { head: HEAD, tickets: 3, ok: true, outcome: OUTCOME };

/** Registers the tests that every `ProofBook` has to pass. */
export function proofBookContract(name: string, openDatabase: OpenDatabase): void {
  const test = (
    what: string,
    work: (book: SqlProofBook, shop: BookShop, wanted: NewBundle) => Promise<void>,
  ) =>
    Deno.test(`${name} ${what}`, () =>
      BookShop.with(openDatabase, async (shop) => {
        const { saleId } = parseItemKey(await shop.item(5));
        const publicKey = "K".repeat(43);
        const wanted = { saleId, full: false, final: false, publicKey, madeBy: "ann" };
        await work(new SqlProofBook(shop.database, () => shop.now), shop, wanted);
      }));

  test("begin() begins one bundle of a sale at a time", async (book, shop, wanted) => {
    const begun = await book.begin({ ...wanted, full: true });
    assert(begun.kind === "begun");
    const { bundle } = begun;
    assertEquals(bundle, {
      id: bundle.id,
      saleId: wanted.saleId,
      state: "making",
      head: null,
      previousHead: null,
      publicKey: wanted.publicKey,
      tickets: 0,
      ok: false,
      full: true,
      final: false,
      madeBy: "ann",
      createdAt: shop.now,
      finishedAt: null,
      outcome: null,
      reason: null,
      hasText: false,
    });
    assertEquals(await book.begin(wanted), { kind: "busy", bundleId: bundle.id });
    const other = parseItemKey(await shop.item(5));
    assertEquals((await book.begin({ ...wanted, saleId: other.saleId })).kind, "begun");
    assertEquals(await book.begin({ ...wanted, saleId: 999_999 }), { kind: "not_found" });
    const many = await Promise.all([1, 2, 3, 4].map(() => book.begin(wanted)));
    assert(many.every(({ kind }) => kind === "busy"));
  });

  test("begin() gives up what nobody goes on making", async (book, shop, wanted) => {
    const first = await book.begin(wanted);
    assert(first.kind === "begun");
    const { id } = first.bundle;
    assert(await book.addPart(id, 1, "text", 2));
    shop.now += MAKING_LEASE_MS - 1;
    assertEquals((await book.begin(wanted)).kind, "busy");
    assert(await book.addPart(id, 2, "more", 3));
    shop.now += MAKING_LEASE_MS - 1;
    assertEquals((await book.begin(wanted)).kind, "busy");
    shop.now += 1;
    assertEquals((await book.begin(wanted)).kind, "begun");
    assertEquals(await book.addPart(id, 3, "too late", 4), false);
    assertEquals(await book.finish(id, END), false);
    const given = await book.get(id);
    assertEquals([given?.state, given?.tickets, given?.outcome], ["failed", 3, null]);
    assert(given?.reason?.includes("has ended"));
    assertEquals(await book.readPart(id, 1), null);
  });

  test("stayAlive() keeps a bundle from being given up", async (book, shop, wanted) => {
    const first = await book.begin(wanted);
    assert(first.kind === "begun");
    const { id } = first.bundle;
    assert(await book.addPart(id, 1, "text", 2));
    shop.now += MAKING_LEASE_MS - 1;
    assertEquals(await book.stayAlive(id), true);
    shop.now += MAKING_LEASE_MS - 1;
    assertEquals((await book.begin(wanted)).kind, "busy");
    assertEquals((await book.get(id))?.tickets, 2);
    shop.now += 1;
    assertEquals((await book.begin(wanted)).kind, "begun");
    assertEquals(await book.stayAlive(id), false);
  });

  test("dropText() keeps the newest bundles, and every last one", async (book, _, wanted) => {
    const add = async (bundle: NewBundle, parts = 1) => {
      const begun = await book.begin(bundle);
      assert(begun.kind === "begun");
      for (let part = PAGE_PART; part <= parts; part += 1) {
        assert(await book.addPart(begun.bundle.id, part, `part ${part}`, 3));
      }
      assert(await book.finish(begun.bundle.id, END));
      return begun.bundle.id;
    };
    const last = await add({ ...wanted, final: true });
    const long = await add(wanted, 300);
    const ids: number[] = [];
    for (let n = 0; n < KEPT_TEXTS; n += 1) ids.push(await add(wanted));
    const told = async () => {
      const { items } = await book.list(wanted.saleId, 1, 20);
      return items.filter(({ hasText }) => !hasText).map(({ id }) => id);
    };
    assertEquals(await told(), []);
    assertEquals(await book.dropText(wanted.saleId), true, "a long one takes several steps");
    // One of which a part is gone is not offered any more.
    assertEquals(await told(), [long]);
    while (await book.dropText(wanted.saleId));
    assertEquals([await told(), await book.readPart(long, 300)], [[long], null]);
    assertEquals((await book.get(long))?.outcome, OUTCOME);
    const newest = await add(wanted);
    while (await book.dropText(wanted.saleId));
    assertEquals(await told(), [ids[0]!, long]);
    for (const id of [last, ...ids.slice(1), newest]) {
      assertEquals([await book.readPart(id, 0), await book.readPart(id, 1)], ["part 0", "part 1"]);
    }
  });

  test("finish() keeps a bundle for good, and the next one follows it", async (book, _, wanted) => {
    const first = await book.begin(wanted);
    assert(first.kind === "begun");
    const { id } = first.bundle;
    const body = "Frühling 🎋\n".repeat(1_000);
    assert(await book.addPart(id, 1, body, 3));
    assert(await book.finish(id, END));
    const done = await book.get(id);
    assertEquals([done?.state, done?.head, done?.tickets, done?.ok], ["done", HEAD, 3, true]);
    assertEquals(done?.outcome, OUTCOME);
    assertEquals([await book.readPart(id, 1), await book.readPart(id, 2)], [body, null]);
    assertEquals(await book.addPart(id, 2, "more", 4), false);
    assertEquals(await book.finish(id, { ...END, head: "cd".repeat(32) }), false);
    await book.fail(id, "no");
    assertEquals(await book.get(id), done);
    const second = await book.begin(wanted);
    assert(second.kind === "begun");
    assertEquals(second.bundle.previousHead, HEAD);
    await book.fail(second.bundle.id, "it was not made".repeat(100));
    const failed = await book.get(second.bundle.id);
    assertEquals([failed?.state, failed?.reason?.length], ["failed", 500]);
    const third = await book.begin(wanted);
    assert(third.kind === "begun");
    // A failed one has no head to follow.
    assertEquals(third.bundle.previousHead, HEAD);
    const page = await book.list(wanted.saleId, 1, 2);
    assertEquals([page.total, page.items.map((one) => one.id)], [
      3,
      [third.bundle.id, second.bundle.id],
    ]);
    assertEquals(await book.get(999_999), null);
    assertEquals(await book.keptProof(wanted.saleId), null);
  });

  test("addKey() remembers a key once", async (book, shop) => {
    const keys = ["A", "B"].map((letter) => crypto.randomUUID().replaceAll("-", letter));
    await Promise.all([keys[0]!, keys[1]!, keys[0]!, keys[0]!].map((key) => book.addKey(key)));
    shop.now += 1;
    await book.addKey(keys[1]!);
    const known = (await book.keys()).filter(({ publicKey }) => keys.includes(publicKey));
    assertEquals(known.map(({ publicKey }) => publicKey).toSorted(), keys.toSorted());
  });

  test("tickets come in the order of their seqs", async (book, shop) => {
    const item = await shop.item(50);
    const { saleId } = parseItemKey(item);
    // The later batch is written first, as after a salvage.
    await shop.write(batchOf(item, ["eve", "fay"], { n: 4 }));
    await shop.write(batchOf(item, ["ann", "bob", "cid"], { n: 1 }));
    await shop.reopen(item);
    await shop.write(batchOf(item, ["dan"], { epoch: 2 }));
    assertEquals(await book.countTickets(saleId), 6);
    const rows: TicketEnd[] = [];
    for await (const page of ticketsInOrder(book, item, () => Promise.resolve())) {
      rows.push(...page);
    }
    assertEquals(rows.map(({ userId }) => userId), ["ann", "bob", "cid", "eve", "fay", "dan"]);
    assertEquals(rows.map(({ seq }) => seq), [
      ...[1, 2, 3, 4, 5].map((n) => seqOf(1, n)),
      seqOf(2, 1),
    ]);
    const { status, quantity, amount, createdAt, updatedAt } = rows[0]!;
    assertEquals([status, quantity, amount, createdAt, updatedAt], [
      "unpaid",
      1,
      19_900,
      shop.now,
      shop.now,
    ]);
    await assertRejects(() => book.readTickets([rows[0]!.id, 999_999_999]), Error, "is gone");
    const none = await shop.item(1);
    for await (const page of ticketsInOrder(book, none, () => Promise.resolve())) {
      throw new Error(`unexpected: ${JSON.stringify(page)}`);
    }
  });
}
