import { assert, assertEquals } from "@std/assert";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import { LOCKS_AFTER } from "./lock_out.ts";

const PASSWORD = "the right horse";

const TRIES = 10_000;

/** A fixture with one operator, and a door that is tried from any address. */
async function house() {
  const origin = await OriginFixture.open();
  const { desk, door } = origin.operators;
  const made = await desk.add({ name: "Ann", role: "operator", password: PASSWORD });
  assert(made.kind === "done");
  const attempt = (name: string, password: string, peer = "198.51.100.7") =>
    door.signIn(name, password, { peer, headers: new Headers() });
  return { origin, attempt, id: made.operator.id };
}

Deno.test("10,000 tries over names and addresses let nobody in", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  const counts = { wrong: 0, locked: 0, crowded: 0, busy: 0, done: 0 };
  let looked = 0;
  const verify = origin.operators.door.parts.hasher.verify;
  origin.operators.door.parts.hasher.verify = function (...args) {
    looked += 1;
    return verify.apply(this, args);
  };
  const begunAt = origin.now;
  for (let at = 0; at < TRIES; at += 1) {
    // Half for the one name, the rest for names that nobody has; from 500 addresses, 20 a second.
    const name = at % 2 === 0 ? (at % 4 === 0 ? "ann" : "ANN") : `user-${at % 97}`;
    const { kind } = await attempt(name, `guess number ${at}`, `203.0.${at % 2}.${at % 250}`);
    counts[kind] += 1;
    origin.now += 50;
  }
  const tookS = (origin.now - begunAt) / 1_000;
  console.log(`${TRIES} tries in ${tookS} s: ${JSON.stringify(counts)}, ${looked} looked at`);
  const refused = counts.locked + counts.crowded;
  assertEquals([counts.done, counts.wrong + refused], [0, TRIES]);
  assert(refused > TRIES / 2);

  // The right password is not looked at while the name is locked, and taken afterwards.
  const until = await origin.operatorBook.lockedUntil("ann");
  assert(until > origin.now);
  const early = await attempt("Ann", PASSWORD, "192.0.2.1");
  assertEquals(early, { kind: "locked", waitMs: until - origin.now });
  origin.now = until;
  const late = await attempt("Ann", PASSWORD, "192.0.2.1");
  assertEquals(late.kind, "done");
  assertEquals((await attempt("Ann", PASSWORD, "192.0.2.1")).kind, "done");

  const { items, total } = await origin.audit.list({ action: "sign_in_failed" }, 1, 200);
  const told = items.map(({ after }) => JSON.parse(after!).tries).reduce((a, b) => a + b, 0);
  console.log(`${total} entries of the audit log tell of ${told} tries`);
  assert(total <= 21 * Math.ceil(tookS / 600 + 1), String(total));
  assert(items.every(({ actor }) => actor === "Ann" || actor === "(unknown)"));
});

Deno.test("guesses that come at once are counted before they are looked at", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  let looked = 0;
  const { hasher } = origin.operators.door.parts;
  const verify = hasher.verify;
  hasher.verify = (password, load, turn) =>
    verify.call(hasher, password, async () => {
      const hash = await load();
      if (hash !== undefined) looked += 1;
      return hash;
    }, turn);
  const results = await Promise.all(
    Array.from({ length: 18 }, (_, at) => attempt("ann", `guess ${at}`, `203.0.113.${at}`)),
  );
  assertEquals(looked, LOCKS_AFTER);
  assertEquals(results.filter(({ kind }) => kind === "done").length, 0);
  // More than can be worked on are told so, and nothing of them is counted; four places are left
  // for names that are somebody's.
  const many = await Promise.all(
    Array.from({ length: 40 }, (_, at) => attempt(`nobody-${at}`, "guess", `203.0.113.${at}`)),
  );
  assertEquals(many.filter(({ kind }) => kind === "busy").length, 40 - 2 - 12);
});

Deno.test("a name that nobody has is answered like one that somebody has", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const disabled = await origin.operators.desk.add({
    name: "Bob",
    role: "viewer",
    password: PASSWORD,
  });
  assert(disabled.kind === "done");
  await origin.operators.desk.change(disabled.operator.id, { disabled: true });
  const answers = async (name: string, password: string) => {
    const found = [];
    for (let n = 0; n < 8; n += 1) found.push(await attempt(name, password, `192.0.2.${n}`));
    return found;
  };
  const known = await answers("ann", "wrong password");
  assertEquals(await answers("nobody", "wrong password"), known);
  assertEquals(await answers("bob", PASSWORD), known);
  assertEquals(known.slice(4, 6), [{ kind: "wrong" }, { kind: "locked", waitMs: 30_000 }]);

  // An admin unlocks; a session that is there is not thrown out by a lock.
  assertEquals((await origin.operators.desk.unlock(id))?.lockedUntil, 0);
  const signedIn = await attempt("ann", PASSWORD, "192.0.2.99");
  assert(signedIn.kind === "done");
  await answers("ann", "wrong password");
  const headers = new Headers({ cookie: `dropgate_admin=${signedIn.session.token}` });
  assertEquals((await origin.operators.sessions.read(headers))?.principal.name, "Ann");
  assertEquals((await attempt("ann", PASSWORD, "192.0.2.99")).kind, "locked");
});

Deno.test("one address is slowed down, whatever names it tries, and the token never", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  const kinds: string[] = [];
  for (let at = 0; at < 60; at += 1) kinds.push((await attempt(`name-${at}`, "guess")).kind);
  assertEquals(kinds.filter((kind) => kind === "wrong").length, 30);
  assertEquals(kinds.slice(30).every((kind) => kind === "crowded"), true);
  assertEquals(await attempt("Ann", PASSWORD), { kind: "crowded", waitMs: 2_000 });
  assertEquals((await attempt("Ann", PASSWORD, "192.0.2.1")).kind, "done");
  origin.now += 2_000;
  assertEquals((await attempt("Ann", PASSWORD)).kind, "done");

  for (let at = 0; at < 1_000; at += 1) {
    const headers = { authorization: `Bearer guess-${at}` };
    const response = await origin.app.request("/admin/api/sales", { headers });
    await response.body?.cancel();
    assertEquals(response.status, 401);
  }
  const headers = { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}` };
  assertEquals((await origin.app.request("/admin/api/sales", { headers })).status, 200);
});

Deno.test("what no operator can be called or know costs and tells nothing", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  for (const name of ["", " ", "a b", "x".repeat(65), "ann\0", "Ann'--", "ü"]) {
    assertEquals(await attempt(name, PASSWORD), { kind: "wrong" });
  }
  assertEquals(await attempt("Ann", "x".repeat(100_000)), { kind: "wrong" });
  assertEquals(await origin.operatorBook.beginTry("Ann"), { kind: "free", failed: 1 });
});
