import { assert, assertEquals } from "@std/assert";
import { SaleEntry } from "../sale_index.ts";
import { fixedRandomness, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleSale } from "../testing/sample_sale.ts";
import { type BuyAttempt, gateChecks, judge } from "./gate.ts";
import { Identity } from "./identity.ts";
import { OPEN_GATE } from "./open_gate.ts";

const SESSION_KEY = "session-key-of-the-tests";

/** A session that an edge has not seen before, as after a restart or from another edge. */
function freshToken(clock: () => number): string {
  const other = new Identity({ sessionKey: SESSION_KEY, clock, shopOrigins: [] });
  return other.issue("ann", 1, { membership: "gold" }).token;
}

/** Runs `work` and says which of WebCrypto's functions, all of which answer later, it touched. */
async function touchedCrypto(work: () => unknown): Promise<string[]> {
  const { subtle } = crypto;
  const touched: string[] = [];
  const watched = new Proxy(subtle, {
    get(target, name) {
      touched.push(String(name));
      return Reflect.get(target, name);
    },
  });
  Object.defineProperty(crypto, "subtle", { value: watched, configurable: true });
  try {
    await work();
  } finally {
    Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
  }
  return touched;
}

Deno.test("the gate knows who asks when judge() returns, without any promise", async () => {
  const clock = () => SAMPLE_NOW_MS;
  const identity = new Identity({ sessionKey: SESSION_KEY, clock, shopOrigins: [] });
  const checks = gateChecks({ ...OPEN_GATE, identity, randomness: fixedRandomness() });
  const attempt: BuyAttempt = {
    headers: new Headers({ authorization: `Bearer ${freshToken(clock)}` }),
    secure: false,
    address: { text: "127.0.0.1", key: "127.0.0.1" },
    bodyText: '{"productId":1}',
    sale: new SaleEntry(sampleSale(1), SAMPLE_NOW_MS),
    nowMs: SAMPLE_NOW_MS,
    requestId: null,
    body: null,
    item: null,
    session: undefined,
    pass: undefined,
    overHalf: false,
    givenId: null,
    needsPass: false,
  };
  let userId: string | undefined;
  const touched = await touchedCrypto(() => {
    // Null at once: a promise would be neither null nor have found the session already.
    assertEquals(judge(checks, attempt), null);
    userId = attempt.session?.userId;
  });
  assertEquals([userId, touched], ["ann", []]);
});

Deno.test("a buy with a session that the edge has not seen needs nothing of WebCrypto", async () => {
  await using kit = await startEdge();
  const token = freshToken(kit.timers.clock);
  const touched = await touchedCrypto(async () => {
    const response = await kit.buy({ token });
    assertEquals(response.status, 201);
    assert((await response.json()).ticket.includes("-ann-"));
  });
  assertEquals(touched, []);
});
