import { assert, assertEquals } from "@std/assert";
import { isPublicKey, openProofSigner } from "../../shared/proof/proof_key.ts";
import { signPage, verifyPage } from "../../shared/proof/proof_page.ts";
import { check } from "../../shared/proof/testing/sample_bundle.ts";
import { faultOfLink } from "../../shared/proof/verify_bundle.ts";
import { buyerNames, ProvenSale } from "./testing/proven_sale.ts";

/** Tries of each kind. */
const TRIES = 1_000;

/** A sale with an end of every kind, and its proof. */
async function provenSale() {
  const sale = await ProvenSale.open([]);
  const tickets = await sale.buy(buyerNames(25));
  await sale.pay(tickets.slice(0, 12));
  await sale.origin.unpaid.cancelOrders(tickets.slice(12, 18), "by_buyer");
  // Paid after it was cancelled: to be given back.
  await sale.pay(tickets.slice(12, 14));
  await sale.restore();
  const proof = await sale.prove();
  assertEquals([proof.state, proof.ok, proof.tickets], ["done", true, 25]);
  return { sale, proof };
}

/** The same series of numbers below 1 with every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Another byte at any place. */
function withOneByteChanged(bytes: Uint8Array, random: () => number): Uint8Array {
  const changed = bytes.slice();
  const at = Math.floor(random() * bytes.length);
  changed[at] = (changed[at]! + 1 + Math.floor(random() * 255)) % 256;
  return changed;
}

function withOneByteLess(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
}

function withOneByteMore(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * (bytes.length + 1));
  const more = Math.floor(random() * 256);
  return new Uint8Array([...bytes.subarray(0, at), more, ...bytes.subarray(at)]);
}

function cutOff(bytes: Uint8Array, random: () => number): Uint8Array {
  return bytes.slice(0, Math.floor(random() * bytes.length));
}

const TAMPERINGS = {
  "with one byte changed": withOneByteChanged,
  "with one byte less": withOneByteLess,
  "with one byte more": withOneByteMore,
  "cut off": cutOff,
};

Deno.test("a tampered bundle or page of a real sale is noticed in every try", async () => {
  const { sale, proof } = await provenSale();
  await using _ = sale;
  const json = await sale.file(proof.proofId, "json");
  const page = await sale.file(proof.proofId, "html");
  assertEquals((await check(json, { keys: [proof.publicKey] })).verdict, "intact");
  assertEquals((await verifyPage(page, [proof.publicKey])).verdict, "intact");
  const isNoticed = {
    JSON: async (bytes: Uint8Array) => (await check(bytes)).verdict === "changed",
    page: async (bytes: Uint8Array) => (await verifyPage(bytes, null)).verdict === "changed",
  };
  const random = seeded(20_260_601);
  for (const [file, bytes] of [["JSON", json], ["page", page]] as const) {
    for (const [what, tamper] of Object.entries(TAMPERINGS)) {
      let noticed = 0;
      for (let at = 0; at < TRIES; at += 1) {
        if (await isNoticed[file](tamper(bytes, random))) noticed += 1;
      }
      console.log(`${file} of ${bytes.length} bytes ${what}: ${noticed} of ${TRIES} noticed`);
      assertEquals(noticed, TRIES, `${file} ${what}`);
    }
  }
});

Deno.test("a proof that is made up anew is noticed by its key, its link and its head", async () => {
  const { sale, proof } = await provenSale();
  await using _ = sale;
  const first = await sale.file(proof.proofId, "json");
  const second = await sale.prove();
  assertEquals(second.previousHead, proof.head);
  const [a, b] = [await check(first), await check(await sale.file(second.proofId, "json"))];
  assertEquals(faultOfLink(b, a), null);
  assert(faultOfLink(a, b) !== null);
  // Somebody rebuilds the first one with a key of his own.
  const thief = await openProofSigner(new Uint8Array(32).fill(9));
  const text = new TextDecoder().decode(await sale.file(proof.proofId, "html"));
  const forged = await signPage(
    text.slice(0, text.lastIndexOf("<!--")).replace("balance", "BALANCE"),
    thief,
  );
  const bytes = new TextEncoder().encode(forged);
  assertEquals((await verifyPage(bytes, null)).verdict, "intact");
  assertEquals((await verifyPage(bytes, [proof.publicKey])).verdict, "other_key");
});

Deno.test("a proof names nobody unless it is asked to", async () => {
  const { sale, proof } = await provenSale();
  await using _ = sale;
  const decoder = new TextDecoder();
  const text = decoder.decode(await sale.file(proof.proofId, "json"));
  const page = decoder.decode(await sale.file(proof.proofId, "html"));
  assert(!text.includes("buyer-0") && !page.includes("buyer-0"));
  const full = await sale.prove({ full: true });
  const named = await sale.file(full.proofId, "json");
  const { tickets } = JSON.parse(decoder.decode(named));
  assertEquals(tickets.length, 25);
  assertEquals(tickets[0].user, "buyer-001");
  assertEquals((await check(named)).verdict, "intact");
  // References of two proofs have nothing in common, or they would tell buyers over all of them.
  const before = JSON.parse(text).tickets.map(({ buyer }: { buyer: string }) => buyer);
  assert(tickets.every(({ buyer }: { buyer: string }) => !before.includes(buyer)));
});

Deno.test("a proof tells of faults, and the verifier finds them again", async () => {
  const { sale } = await provenSale();
  await using _ = sale;
  await sale.origin.db.execute("UPDATE sale_item SET stock = stock - 2");
  const proof = await sale.prove();
  assertEquals([proof.state, proof.ok], ["done", false]);
  const report = await check(await sale.file(proof.proofId, "json"));
  assertEquals([report.verdict, report.findingCount], ["intact", 1]);
  const text = new TextDecoder().decode(await sale.file(proof.proofId, "html"));
  assert(text.includes("The books do not balance: 1 fault"));
});

Deno.test("the published keys are those that sign", async () => {
  const { sale, proof } = await provenSale();
  await using _ = sale;
  const response = await sale.origin.app.request("/admin/api/proof-keys");
  assertEquals(response.status, 200);
  const { keys } = await response.json();
  assertEquals(keys.length, 1);
  const { x, kid, kty, crv, current } = keys[0];
  assertEquals([x, kid, kty, crv, current], [
    proof.publicKey,
    proof.fingerprint,
    "OKP",
    "Ed25519",
    true,
  ]);
  assert(isPublicKey(x));
});
