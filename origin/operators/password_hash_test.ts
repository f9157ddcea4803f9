import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PasswordHasher, SCRYPT_SETTINGS } from "./password_hash.ts";

const CHEAP = { ln: 4, r: 8, p: 1 };

const load = (hash: string | null | undefined) => () => Promise.resolve(hash);

Deno.test("PasswordHasher takes the work that is asked of it today", async () => {
  const hasher = new PasswordHasher();
  const begun = performance.now();
  const hash = await hasher.hash("correct horse battery");
  console.log(
    `one hash of ${JSON.stringify(SCRYPT_SETTINGS)}: ${(performance.now() - begun).toFixed(0)} ms`,
  );
  assertMatch(hash!, /^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
  assert(hash!.length <= 255);
  assertEquals(await hasher.verify("correct horse battery", load(hash)), {
    ok: true,
    isOutdated: false,
  });
  assertEquals((await hasher.verify("correct horse batterY", load(hash)))?.ok, false);
});

Deno.test("PasswordHasher salts each hash and reads letters in either form", async () => {
  const hasher = new PasswordHasher(CHEAP);
  const [one, other] = [
    await hasher.hash("caf\u00e9 au lait!"),
    await hasher.hash("café au lait!"),
  ];
  assert(one !== other);
  assertEquals((await hasher.verify("cafe\u0301 au lait!", load(one)))?.ok, true);
});

Deno.test("PasswordHasher says no without a hash, after the same work", async () => {
  const hasher = new PasswordHasher(CHEAP, (bytes) => bytes.fill(0));
  assertEquals(await hasher.verify("anything", load(null)), { ok: false, isOutdated: false });
  assertEquals(await hasher.verify("anything", load(undefined)), { ok: false, isOutdated: false });
});

Deno.test("PasswordHasher tells a hash that was made with less work", async () => {
  const hash = await new PasswordHasher(CHEAP).hash("correct horse battery");
  for (const more of [{ ln: 5 }, { r: 9 }, { p: 2 }]) {
    const hasher = new PasswordHasher({ ...CHEAP, ...more });
    assertEquals(await hasher.verify("correct horse battery", load(hash)), {
      ok: true,
      isOutdated: true,
    });
  }
});

Deno.test("PasswordHasher takes nothing for a hash that is none or would take all memory", async () => {
  const hasher = new PasswordHasher(CHEAP);
  const salt = "a".repeat(22);
  const key = "a".repeat(43);
  for (
    const hash of [
      "",
      "plain",
      `$scrypt$ln=4,r=8,p=1$${salt}$`,
      `$scrypt$ln=30,r=8,p=1$${salt}$${key}`,
      `$scrypt$ln=99,r=99,p=1$${salt}$${key}`,
    ]
  ) {
    await assertRejects(() => hasher.verify("anything", load(hash)), Error, "Cannot check");
  }
});

Deno.test("PasswordHasher works on two at once, lets 16 wait and refuses the rest", async () => {
  const hasher = new PasswordHasher(CHEAP);
  let running = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 30 }, () =>
      hasher.verify("anything", async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return null;
      })),
  );
  assertEquals(results.filter((result) => result === null).length, 30 - 2 - 16);
  assert(most <= 2);
  // A failure hands its place on too.
  const failed = Array.from(
    { length: 5 },
    () => hasher.verify("x", () => Promise.reject(new Error("away"))).catch(() => "failed"),
  );
  assertEquals(await Promise.all(failed), Array(5).fill("failed"));
  assert(await hasher.hash("correct horse battery"));
});

/** Fills both places where hashes are made, until it is let go. */
function occupy(hasher: PasswordHasher) {
  const gate = Promise.withResolvers<void>();
  const load = async () => {
    await gate.promise;
    return undefined;
  };
  const made = [hasher.verify("x", load), hasher.verify("x", load)];
  return { gate, made };
}

Deno.test("PasswordHasher lets two of one address wait, and the others by", async () => {
  const hasher = new PasswordHasher(CHEAP);
  const { gate, made } = occupy(hasher);
  const ask = (address: string | null) =>
    hasher.verify("x", () => Promise.resolve(undefined), { address, isKnown: true });
  const one = Array.from({ length: 10 }, () => ask("198.51.100.7"));
  const other = ask("198.51.100.8");
  const proxied = Array.from({ length: 10 }, () => ask(null));
  gate.resolve();
  const count = async (results: Promise<unknown>[]) =>
    (await Promise.all(results)).filter((result) => result !== null).length;
  assertEquals([await count(one), await count([other]), await count(proxied)], [2, 1, 10]);
  assertEquals(await count(made), 2);
  assertEquals(await count([ask("198.51.100.7")]), 1, "places come back");
});

Deno.test("PasswordHasher keeps four places for names that are somebody's", async () => {
  const hasher = new PasswordHasher(CHEAP);
  const { gate, made } = occupy(hasher);
  const ask = (isKnown: boolean) =>
    hasher.verify("x", () => Promise.resolve(undefined), { address: null, isKnown });
  const unknown = Array.from({ length: 20 }, () => ask(false));
  const known = Array.from({ length: 6 }, () => ask(true));
  gate.resolve();
  const count = async (results: Promise<unknown>[]) =>
    (await Promise.all(results)).filter((result) => result !== null).length;
  assertEquals([await count(unknown), await count(known), await count(made)], [12, 4, 2]);
});

Deno.test("PasswordHasher keeps places for who has been let in, and serves them first", async () => {
  const hasher = new PasswordHasher(CHEAP);
  const { gate, made } = occupy(hasher);
  const order: string[] = [];
  const noting = (who: string) => () => {
    order.push(who);
    return Promise.resolve(undefined);
  };
  const outside = Array.from({ length: 16 }, () => hasher.verify("x", noting("outside")));
  assertEquals(await hasher.verify("x", load(undefined)), null);
  const inside = [hasher.verify("x", noting("inside"), "inside"), hasher.hash("a new password")];
  const more = Array.from({ length: 6 }, () => hasher.hash("another"));
  gate.resolve();
  assert((await Promise.all([...outside, ...inside, ...made])).every((done) => done !== null));
  assertEquals([order[0], order.length], ["inside", 17]);
  assertEquals((await Promise.all(more)).filter((hash) => hash === null).length, 4);
});
