import { assert, assertEquals, assertMatch } from "@std/assert";
import { generateKeyPair, SignJWT } from "jose";
import { shopTokenCheck } from "../../../edge/gate/shop_tokens.ts";
import { readShopTokens } from "../../../edge/shop_tokens_config.ts";
import { logOf } from "../../log.ts";
import { StandInShop } from "./stand_in_shop.ts";

/** A shop, and the check of an edge that was started with what the shop says. */
async function openPair() {
  const shop = await StandInShop.open();
  let aheadMs = 0;
  const check = shopTokenCheck(readShopTokens(shop.edgeEnv, false)!, {
    clock: () => Date.now() + aheadMs,
    log: logOf("test"),
  });
  return {
    shop,
    check,
    pass: (ms: number) => {
      aheadMs += ms;
    },
    [Symbol.asyncDispose]: () => shop.close(),
  };
}

const ANN = { userId: "ann", membership: "gold" };

Deno.test("StandInShop signs tokens that an edge takes, also over a change of keys", async () => {
  await using pair = await openPair();
  const { shop, check, pass } = pair;
  const customer = { userId: "ann", level: 2, claims: { membership: "gold" } };
  const old = await shop.tokenOf(ANN);
  assertEquals(await check(old), customer);
  await shop.rotateKeys();
  pass(30_000);
  assertEquals(await check(await shop.tokenOf(ANN)), customer);
  assertEquals(await check(old), customer);
  assertEquals(await check(await shop.tokenOf(ANN, -1)), null);
  assertEquals(shop.keySetRequests, 2);
});

Deno.test("a flood of tokens with unknown key ids asks the shop once in 30 s", async () => {
  await using pair = await openPair();
  const { shop, check, pass } = pair;
  assert(await check(await shop.tokenOf(ANN)));
  pass(30_000);
  const before = shop.keySetRequests;
  const { privateKey } = await generateKeyPair("RS256");
  const { JWT_ISSUER: iss = "", JWT_AUDIENCE: aud = "" } = shop.edgeEnv;
  const exp = Math.floor(Date.now() / 1_000) + 600;
  let accepted = 0;
  const flood = 1_000;
  for (let i = 0; i < flood; i += 1) {
    const token = new SignJWT({ sub: "ann", iss, aud, exp })
      .setProtectedHeader({ alg: "RS256", kid: `made-up-${i}` });
    if (await check(await token.sign(privateKey)) !== null) accepted += 1;
  }
  const fetches = shop.keySetRequests - before;
  console.log(`${flood} tokens with unknown key ids: ${accepted} accepted, ${fetches} fetch`);
  assertEquals([accepted, fetches], [0, 1]);
  assert(await check(await shop.tokenOf(ANN)), "customers come in meanwhile");
});

Deno.test("StandInShop keeps its own session and gives tokens to customers only", async () => {
  await using pair = await openPair();
  const { shop } = pair;
  const at = (path: string) => new URL(path, `http://127.0.0.1:${new URL(shop.origin).port}`);
  const nobody = await fetch(at("/token"));
  assertEquals([nobody.status, await nobody.json()], [401, { token: null }]);
  const body = new URLSearchParams({ name: "ann", membership: "gold" });
  const signedIn = await fetch(at("/sign-in"), { method: "POST", body, redirect: "manual" });
  await signedIn.body?.cancel();
  const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
  const front = await (await fetch(at("/"), { headers: { cookie } })).text();
  assertMatch(front, /action="[^"]+\/session"[\s\S]*name="token" value="ey[\s\S]*#token=ey/);
});
