import { assertEquals } from "@std/assert";
import { createLocalJWKSet } from "jose";
import { logOf } from "../../shared/log.ts";
import { SessionSigner } from "../../shared/session.ts";
import { DEFAULT_ALGORITHMS } from "../shop_tokens_config.ts";
import {
  attacks,
  ecJwk,
  good,
  HS_KEY,
  NOW_MS,
  otherSpelling,
  part,
  rsaJwk,
  SESSION_KEY,
  SHOP,
} from "../testing/shop_token_attacks.ts";
import { Identity } from "./identity.ts";
import { type ShopTokenCheck, shopTokenCheck } from "./shop_tokens.ts";

const PARTS = { clock: () => NOW_MS, log: logOf("edge", "test") };
const COMMON = { ...SHOP, algorithms: DEFAULT_ALGORITHMS, profileClaims: [] };

const byKey = shopTokenCheck({ ...COMMON, key: { hs256Key: HS_KEY } }, PARTS);
const bySet = shopTokenCheck({ ...COMMON, key: { jwksUrl: "https://shop.example/jwks" } }, {
  ...PARTS,
  keySet: createLocalJWKSet({ keys: [rsaJwk, ecJwk] }),
});

async function acceptedBy(check: ShopTokenCheck, tokens: string[]): Promise<string[]> {
  const answers = await Promise.all(tokens.map(async (token) => await check(token)));
  return tokens.filter((_, i) => answers[i] !== null);
}

Deno.test("the tokens that attacks are made of are good themselves", async () => {
  assertEquals(await byKey(good.hs), { userId: "ann", level: 0 });
  assertEquals(await bySet(good.rs), { userId: "ann", level: 0 });
});

Deno.test("no attack on the shop's tokens is accepted", async () => {
  const table: Record<string, string> = {};
  let sent = 0;
  let taken = 0;
  for (const [name, tokens] of Object.entries(attacks)) {
    const accepted = [...await acceptedBy(byKey, tokens), ...await acceptedBy(bySet, tokens)];
    table[name] = `${accepted.length} of ${tokens.length * 2} accepted`;
    sent += tokens.length * 2;
    taken += accepted.length;
    assertEquals(accepted.map((token) => token.slice(0, 300)), [], name);
  }
  for (const [name, counts] of Object.entries(table)) console.log(`${name}: ${counts}`);
  console.log(`all attacks on the shop's tokens: ${taken} of ${sent} accepted`);
});

Deno.test("no token of one kind is taken for one of the other, and no forged session at all", async () => {
  const identity = new Identity({ sessionKey: SESSION_KEY, clock: PARTS.clock, shopOrigins: [] });
  const { token } = identity.issue("ann", 1);
  assertEquals(identity.verify(token)?.userId, "ann");
  assertEquals(await acceptedBy(byKey, [token]), []);
  assertEquals(await acceptedBy(bySet, [token]), []);
  const [payload, signature] = token.split(".") as [string, string];
  const session = { userId: "ann", level: 9, expiresAt: NOW_MS + 1_000 };
  const forged = [
    ...Object.values(attacks).flat(),
    ...Object.values(good),
    ...["", "another key", HS_KEY].map((key) => new SessionSigner(key).sign(session)),
    `${part(`9~${session.expiresAt}~ann`)}.${signature}`,
    `${part(`1~${session.expiresAt}~bob`)}.${signature}`,
    `${part(`1~${session.expiresAt}~ann~{"membership":"gold"}`)}.${signature}`,
    `${payload}.`,
    `${payload}.${signature}=`,
    `${payload}=.${signature}`,
    `${payload}.${otherSpelling(signature)}`,
    ` ${token}`,
    `${token}.${signature}`,
    new SessionSigner(SESSION_KEY).sign({ ...session, expiresAt: NOW_MS }),
  ];
  const accepted = forged.filter((one) => identity.verify(one) !== null);
  console.log(`forged sessions: ${accepted.length} of ${forged.length} accepted`);
  assertEquals(accepted, []);
});
