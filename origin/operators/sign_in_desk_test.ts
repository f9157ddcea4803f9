import { assert, assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { LOCKS_AFTER } from "./lock_out.ts";
import type { SignInResult } from "./sign_in_desk.ts";

const PASSWORD = "the right horse";
const NEW_PASSWORD = "another right horse";

/** A fixture with one operator, and a door that is tried from any address with any cookie. */
async function house() {
  const origin = await OriginFixture.open();
  const { desk, door } = origin.operators;
  const made = await desk.add({ name: "Ann", role: "operator", password: PASSWORD });
  assert(made.kind === "done");
  const attempt = (name: string, password: string, peer = "198.51.100.7", cookie = "") =>
    door.signIn(name, password, { peer, headers: new Headers({ cookie }) });
  return { origin, attempt, id: made.operator.id };
}

/** Has something happen between the check of a password and what follows from it. */
function afterCheck(origin: OriginFixture, happen: () => Promise<unknown>): void {
  const { hasher } = origin.operators.door.parts;
  const verify = hasher.verify;
  hasher.verify = async (...args) => {
    const verified = await verify.apply(hasher, args);
    hasher.verify = verify;
    await happen();
    return verified;
  };
}

function deviceOf(result: SignInResult): string {
  assert(result.kind === "done");
  return `dropgate_admin_device=${result.device}`;
}

Deno.test("a reset between the check of a password and its session leaves no session", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const { desk } = origin.operators;
  afterCheck(origin, () => desk.change(id, { password: NEW_PASSWORD }));
  assertEquals(await attempt("Ann", PASSWORD), { kind: "wrong" });
  assertEquals(await origin.operatorBook.listSessions(id), []);
  afterCheck(origin, () => desk.change(id, { disabled: true }));
  assertEquals(await attempt("Ann", NEW_PASSWORD), { kind: "wrong" });
  await desk.change(id, { disabled: false });
  assertEquals(await origin.operatorBook.listSessions(id), []);
  assertEquals((await attempt("Ann", NEW_PASSWORD)).kind, "done");
});

Deno.test("a reset between the check of one's own password and the new one stays", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const { desk } = origin.operators;
  afterCheck(origin, () => desk.change(id, { password: NEW_PASSWORD }));
  const principal = { name: "Ann", role: "operator", via: "session", operatorId: id } as const;
  const wish = { currentPassword: PASSWORD, password: "what a thief chose" };
  const changed = await desk.changeOwnPassword(principal, wish, "198.51.100.7");
  assertEquals(changed, {
    kind: "invalid",
    errors: { currentPassword: "is not your password" },
  });
  assertEquals((await attempt("Ann", NEW_PASSWORD)).kind, "done");
});

Deno.test("a hash of less work is made anew at a sign-in, and its device stays known", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const { hasher } = origin.operators.door.parts;
  Object.assign(hasher, { settings: { ln: 5, r: 8, p: 1 } });
  const before = (await origin.operatorBook.find("Ann"))!.passwordHash;
  const device = deviceOf(await attempt("Ann", PASSWORD));
  const after = (await origin.operatorBook.find("Ann"))!.passwordHash;
  assert(before.includes("ln=4") && after.includes("ln=5"));
  assertEquals((await origin.operatorBook.listSessions(id)).length, 1);
  for (let n = 0; n < LOCKS_AFTER; n += 1) await attempt("Ann", "wrong");
  assertEquals((await attempt("Ann", PASSWORD, undefined, device)).kind, "done");
});

Deno.test("nobody behind a proxy shuts the others behind it out", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  for (const proxy of ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.31.0.1", "169.254.1.1"]) {
    for (let n = 0; n < 40; n += 1) {
      assertEquals((await attempt(`nobody-${proxy}-${n}`, "guess", proxy)).kind, "wrong");
    }
    assertEquals((await attempt("Ann", PASSWORD, proxy)).kind, "done");
  }
  for (const proxy of ["::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", ""]) {
    for (let n = 0; n < 31; n += 1) await attempt(`nobody-${n % 4}${proxy.length}`, "x", proxy);
    assertEquals((await attempt("Ann", PASSWORD, proxy)).kind, "done");
  }
});

Deno.test("a name that nobody can have takes nothing of its address", async () => {
  const { origin, attempt } = await house();
  await using _ = origin;
  for (let n = 0; n < 60; n += 1) assertEquals(await attempt("??", "x"), { kind: "wrong" });
  assertEquals((await attempt("Ann", PASSWORD)).kind, "done");
});

Deno.test("a device that signed in before is not kept out by who guesses the name", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const device = deviceOf(await attempt("Ann", PASSWORD));
  const lock = async () => {
    for (let n = 0; n < LOCKS_AFTER; n += 1) await attempt("ann", "wrong", `203.0.113.${n}`);
  };
  await lock();
  assertEquals((await attempt("Ann", PASSWORD)).kind, "locked");
  // From an address that is slowed down, too.
  for (let n = 0; n < 40; n += 1) await attempt(`nobody-${n}`, "x");
  assertEquals((await attempt("Bob", "x")).kind, "crowded");
  assertEquals((await attempt("Ann", PASSWORD, undefined, device)).kind, "done");
  assertEquals((await attempt("Ann", PASSWORD)).kind, "crowded");
  assertEquals((await attempt("Ann", PASSWORD, "192.0.2.9")).kind, "locked");

  // Its own wrong tries lock it, and nobody else.
  await origin.operators.desk.unlock(id);
  for (let n = 0; n < LOCKS_AFTER; n += 1) {
    assertEquals((await attempt("Ann", "wrong", undefined, device)).kind, "wrong");
  }
  assertEquals(await attempt("Ann", PASSWORD, undefined, device), {
    kind: "locked",
    waitMs: 30_000,
  });
  assertEquals((await attempt("Ann", PASSWORD, "192.0.2.9")).kind, "done");
  await origin.operators.desk.unlock(id);
  assertEquals((await attempt("Ann", PASSWORD, undefined, device)).kind, "done");
});

Deno.test("a device is known for one operator and one password", async () => {
  const { origin, attempt, id } = await house();
  await using _ = origin;
  const { desk } = origin.operators;
  await desk.add({ name: "Bob", role: "admin", password: PASSWORD });
  const device = deviceOf(await attempt("Ann", PASSWORD));
  for (const name of ["Ann", "Bob"]) {
    for (let n = 0; n < LOCKS_AFTER; n += 1) await attempt(name, "wrong");
  }
  assertEquals((await attempt("Bob", PASSWORD, undefined, device)).kind, "locked");
  for (const cookie of ["dropgate_admin_device=", `dropgate_admin_device=${"a".repeat(43)}`]) {
    assertEquals((await attempt("Ann", PASSWORD, undefined, cookie)).kind, "locked");
  }
  assertEquals((await attempt("Ann", PASSWORD, undefined, device)).kind, "done");
  const secure = `dropgate_admin_device=x; __Host-${device}`;
  assertEquals((await attempt("Ann", PASSWORD, undefined, secure)).kind, "done");
  await desk.change(id, { password: NEW_PASSWORD });
  for (let n = 0; n < LOCKS_AFTER; n += 1) await attempt("Ann", "wrong", "192.0.2.9");
  assertEquals((await attempt("Ann", NEW_PASSWORD, "192.0.2.9", device)).kind, "locked");
});
