import { assert, assertEquals, assertMatch } from "@std/assert";
import { KEPT_TEXTS } from "../../proof/proof_book.ts";
import { buyerNames, ProvenSale } from "../../proof/testing/proven_sale.ts";

async function visit(sale: ProvenSale, rest = ""): Promise<string> {
  const response = await sale.origin.page(`/sales/${sale.saleId}/proof${rest}`);
  assertEquals(response.status, 200);
  return await response.text();
}

Deno.test("the page of proofs shows the invariants, and says what to do first", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  sale.origin.signIn("operator");
  const text = await visit(sale);
  assert(text.includes("The books balance"));
  assertEquals(text.match(/<span class="hidden">holds<\/span>/g)?.length, 6);
  assert(text.includes("No proof yet") && text.includes("Make a proof"));
  assert(text.includes("The sale must be closed"));
  assert(text.includes("An admin can begin it"));
  sale.origin.signIn("viewer");
  assert(!(await visit(sale)).includes("Make a proof"));
});

Deno.test("a proof is made by a form, followed, and downloaded", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const { origin, saleId } = sale;
  origin.signIn("operator");
  const sent = await origin.page(`/sales/${saleId}/proof`, { full: "on" });
  assertEquals([sent.status, sent.headers.get("location")], [303, `/admin/sales/${saleId}/proof`]);
  const [bundle] = await origin.proofs.list(saleId, 1, 1).then(({ items }) => items);
  const making = await visit(sale, "/work");
  assert(making.includes("data-busy") && making.includes("of 3 tickets"));
  await origin.proving.proofMaker.made(bundle!.id);
  const done = await visit(sale, "/work");
  assert(!done.includes("data-busy") && done.includes("Names buyers"));
  assert(done.includes("Balances") && done.includes("the-operator"));
  for (const [form, type] of [["json", "application/json"], ["html", "text/html"]] as const) {
    const file = await origin.page(`/sales/${saleId}/proof/${bundle!.id}/bundle.${form}`);
    assert(file.headers.get("content-type")?.startsWith(type));
    assertMatch(file.headers.get("content-disposition")!, /attachment; filename="proof-/);
    assert((await file.text()).includes((await sale.show(bundle!.id)).head!));
  }
});

Deno.test("the page of proofs offers no file that was removed, and says why", async () => {
  await using sale = await ProvenSale.open(buyerNames(2));
  sale.origin.signIn("operator");
  const { proofId, head } = await sale.prove();
  assert(!(await visit(sale, "/work")).includes("newest 5"));
  for (let n = 0; n < KEPT_TEXTS; n += 1) await sale.prove();
  const text = await visit(sale, "/work");
  assert(text.includes(head!) && text.includes("the newest 5 proofs"));
  assert(!text.includes(`/proof/${proofId}/bundle`) && text.includes("Removed"));
});

Deno.test("the page of proofs tells what is broken, and by which ticket", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  const { origin } = sale;
  origin.signIn("operator");
  await origin.db.execute("UPDATE orders SET live = NULL WHERE user_id = 'buyer-002'");
  const text = await visit(sale);
  assert(text.includes("The books do not balance: 1 fault"));
  assert(text.includes("it is unpaid and marked as ended"));
  assertMatch(text, /href="\/admin\/orders\/\d+-\d+-buyer-002-\d+"/);
});

Deno.test("the page of proofs is there while the ledger is not", async () => {
  await using sale = await ProvenSale.open(buyerNames(3));
  sale.origin.signIn("operator");
  sale.origin.faults.ledger.error = new Error("away");
  const text = await visit(sale);
  assert(text.includes("The books cannot be counted at the moment"));
  assert(text.includes("The ledger is away"));
});

Deno.test("an admin cleans up by a form, after everything else is done", async () => {
  await using sale = await ProvenSale.open([]);
  const { origin, saleId } = sale;
  await sale.pay(await sale.buy(buyerNames(3)));
  origin.signIn("admin");
  const early = await origin.page(`/sales/${saleId}/clean-up`, {});
  assertEquals(early.status, 303);
  assertMatch(decodeURIComponent(early.headers.get("set-cookie") ?? ""), /must be closed/);
  await sale.close();
  const before = await visit(sale);
  assert(before.includes("This cannot be taken back"));
  assert(before.includes("Remove order events too that the shop may not have read"));
  const unasked = await origin.page(`/sales/${saleId}/clean-up`, {});
  assertMatch(decodeURIComponent(unasked.headers.get("set-cookie") ?? ""), /younger than 7 days/);
  const agreed = await origin.page(`/sales/${saleId}/clean-up`, { dropEvents: "on" });
  assertEquals(agreed.status, 303);
  await origin.proving.cleanUps.idle(saleId);
  const after = await visit(sale);
  assert(after.includes("Cleaned up since") && after.includes("Last one"));
  assert(after.includes("before the sale was cleaned up"));
  assert(!after.includes("Make a proof"));
  origin.signIn("operator");
  const refused = await origin.page(`/sales/${saleId}/clean-up`, {});
  assertMatch(decodeURIComponent(refused.headers.get("set-cookie") ?? ""), /"failed"/);
});
