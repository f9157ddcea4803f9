import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { KEPT_TEXTS } from "../proof/proof_book.ts";
import { buyerNames, ProvenSale } from "../proof/testing/proven_sale.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

Deno.test("POST /sales/{id}/proofs makes a proof in the background", async () => {
  await using sale = await ProvenSale.open(buyerNames(4));
  const { origin, saleId } = sale;
  const response = await origin.admin("POST", `/sales/${saleId}/proofs`, {});
  assertEquals(response.status, 202);
  const begun = await response.json();
  assertEquals([begun.state, begun.ok, begun.head, begun.ticketsInAll, begun.madeBy], [
    "making",
    null,
    null,
    4,
    "ADMIN_TOKEN",
  ]);
  const again = await origin.admin("POST", `/sales/${saleId}/proofs`);
  assertEquals([again.status, (await again.json()).code], [409, "conflict"]);
  const early = await sale.get(`/proofs/${begun.proofId}/bundle.json`);
  assertEquals(early.status, 409);
  await early.body?.cancel();
  await origin.proving.proofMaker.made(begun.proofId);
  const done = await sale.show(begun.proofId);
  assertEquals([done.state, done.ok, done.tickets, done.ticketsInAll, done.full], [
    "done",
    true,
    4,
    null,
    false,
  ]);
  assertMatch(done.head!, /^[0-9a-f]{64}$/);
  const list = await (await sale.get("/proofs")).json();
  assertEquals([list.total, list.items], [1, [done]]);
});

Deno.test("the files of a proof are downloads that never change", async () => {
  await using sale = await ProvenSale.open(buyerNames(4));
  const { proofId, head } = await sale.prove();
  for (const [form, type] of [["json", "application/json"], ["html", "text/html"]] as const) {
    const response = await sale.get(`/proofs/${proofId}/bundle.${form}`);
    const { headers } = response;
    assert(headers.get("content-type")?.startsWith(type));
    assertEquals(
      headers.get("content-disposition"),
      `attachment; filename="proof-${sale.saleId}-${proofId}.${form}"`,
    );
    assertMatch(headers.get("content-security-policy")!, /sandbox/);
    const first = await response.text();
    assert(first.includes(head!));
    await sale.buy([`later-${form}`]);
    const again = await sale.get(`/proofs/${proofId}/bundle.${form}`);
    assertEquals(await again.text(), first);
  }
});

Deno.test("the files of an old proof are removed, and its head stays", async () => {
  await using sale = await ProvenSale.open(buyerNames(2));
  const first = await sale.prove();
  const { body } = await sale.get(`/proofs/${first.proofId}/bundle.json`);
  for (let n = 0; n < KEPT_TEXTS; n += 1) await sale.prove();
  const { items } = await (await sale.get("/proofs")).json();
  assertEquals(
    items.map(({ filesKept }: { filesKept: boolean }) => filesKept),
    [...Array(KEPT_TEXTS).fill(true), false],
  );
  assertEquals((await sale.show(first.proofId)).head, first.head);
  for (const form of ["json", "html"]) {
    const refused = await sale.get(`/proofs/${first.proofId}/bundle.${form}`);
    assertEquals(refused.status, 409);
    assertMatch((await refused.json()).detail, /newest 5 proofs/);
  }
  // Whoever was downloading it hears of a failure, and does not get a file that looks tampered with.
  await assertRejects(() => new Response(body).text());
});

Deno.test("a proof is found under its own sale only", async () => {
  await using sale = await ProvenSale.open(buyerNames(2));
  const { proofId } = await sale.prove();
  const { saleId: other } = await sale.origin.openSale();
  for (const rest of ["", "/bundle.json", "/bundle.html"]) {
    const path = `/sales/${other}/proofs/${proofId}${rest}`;
    assertEquals((await sale.origin.admin("GET", path)).status, 404);
  }
});

Deno.test("a draft and a sale that was cleaned up make no proof", async () => {
  await using sale = await ProvenSale.open([]);
  const { origin, saleId, productId } = sale;
  const made = await origin.admin("POST", "/sales", {
    title: "Autumn",
    startsAt: new Date(origin.now).toISOString(),
    endsAt: new Date(origin.now + 1_000).toISOString(),
    items: [{ productId, stock: 1 }],
  });
  const draft = await made.json();
  assertEquals((await origin.admin("POST", `/sales/${draft.saleId}/proofs`)).status, 409);
  await sale.close();
  await origin.admin("POST", `/sales/${saleId}/clean-up`, { dropEvents: true });
  await origin.proving.cleanUps.idle(saleId);
  const refused = await origin.admin("POST", `/sales/${saleId}/proofs`);
  assertEquals(refused.status, 409);
  assertMatch((await refused.json()).detail, /last proof is kept/);
});

Deno.test("GET /proof-keys asks for no token, and keeps old keys", async () => {
  await using origin = await OriginFixture.open();
  const read = async () => await (await origin.app.request("/admin/api/proof-keys")).json();
  const [first] = (await read()).keys;
  assertEquals([first.crv, first.current], ["Ed25519", true]);
  await origin.proofs.addKey("A".repeat(43));
  await origin.proofs.addKey(first.x);
  const { keys } = await read();
  assertEquals(keys.map(({ current }: { current: boolean }) => current).toSorted(), [false, true]);
});
