import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  deriveProofSeed,
  fingerprintOf,
  isAmong,
  isPublicKey,
  isSignedBy,
  openProofSigner,
  readSeed,
} from "./proof_key.ts";

// RFC 8037, appendix A: the seed, its public key, and that key's thumbprint.
const SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

Deno.test("openProofSigner() has the public key and thumbprint of RFC 8037", async () => {
  const { publicKey } = await openProofSigner(readSeed(SEED)!);
  assertEquals([publicKey, fingerprintOf(publicKey)], [PUBLIC, THUMBPRINT]);
  assert(isAmong(PUBLIC, [PUBLIC]) && isAmong(PUBLIC, ["x", THUMBPRINT]));
  assert(!isAmong(PUBLIC, []) && !isAmong(PUBLIC, [THUMBPRINT.toLowerCase()]));
});

Deno.test("isSignedBy() takes one signature, for one kind, key and digest", async () => {
  const signer = await openProofSigner(readSeed(SEED)!);
  const digest = "ab".repeat(32);
  const signature = await signer.sign("head", digest);
  assert(await isSignedBy(PUBLIC, "head", digest, signature));
  const other = await openProofSigner(new Uint8Array(32).fill(7));
  const refused = await Promise.all([
    isSignedBy(PUBLIC, "page", digest, signature),
    isSignedBy(PUBLIC, "head", "ac".repeat(32), signature),
    isSignedBy(other.publicKey, "head", digest, signature),
    isSignedBy(PUBLIC, "head", digest, `${signature}=`),
    isSignedBy(PUBLIC, "head", digest, signature.slice(0, -1)),
    isSignedBy(PUBLIC, "head", digest, ""),
    isSignedBy("", "head", digest, signature),
    isSignedBy("!".repeat(43), "head", digest, signature),
  ]);
  assertEquals(new Set(refused), new Set([false]));
  // The last character of a signature has four bits that stand for nothing: one form is taken.
  const forms = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    .map((letter) => signature.slice(0, -1) + letter);
  const taken = await Promise.all(forms.map((form) => isSignedBy(PUBLIC, "head", digest, form)));
  assertEquals(taken.filter(Boolean).length, 1);
});

Deno.test("deriveProofSeed() gives each secret its own key, always the same", async () => {
  const keyOf = async (secret: string) =>
    (await openProofSigner(deriveProofSeed(secret))).publicKey;
  assertEquals(await keyOf("receipt-key-0123456789"), await keyOf("receipt-key-0123456789"));
  assert(await keyOf("receipt-key-0123456789") !== await keyOf("receipt-key-012345678"));
});

Deno.test("readSeed() takes 32 bytes of base64url", async () => {
  assertEquals(readSeed(SEED)?.length, 32);
  assertEquals(readSeed(`${SEED}=`)?.length, 32);
  assertEquals(["", "abc", SEED.slice(1), `${SEED}A`, "!".repeat(43)].map(readSeed), [
    null,
    null,
    null,
    null,
    null,
  ]);
  assert(isPublicKey(PUBLIC) && !isPublicKey(`${PUBLIC}=`) && !isPublicKey("abc"));
  await assertRejects(() => openProofSigner(new Uint8Array(31)), RangeError, "32 bytes");
});
