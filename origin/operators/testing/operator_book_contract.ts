import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { auditContract } from "./audit_contract.ts";
import { OperatorShop } from "./operator_shop.ts";
import { sessionContract } from "./session_contract.ts";
import { tryContract } from "./try_contract.ts";

/** What every operator book and audit book keep to. The tests may share a database. */
export function operatorBookContract(name: string, open: OpenDatabase): void {
  operatorContract(name, open);
  tryContract(name, open);
  sessionContract(name, open);
  auditContract(name, open);
}

function operatorContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: OperatorShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => OperatorShop.with(open, work));

  test("createFirst() makes one operator, whoever asks at once", async (at) => {
    const { operators, shop } = at;
    await shop.database.execute("DELETE FROM operator");
    const made = await Promise.all(
      Array.from({ length: 6 }, () => operators.createFirst(at.name(), "$first")),
    );
    const first = made.filter((one) => one !== null);
    assertEquals([first.length, first[0]?.role, await operators.count()], [1, "admin", 1]);
    assertEquals(await operators.createFirst(at.name(), "$late"), null);
    assertEquals((await operators.find(first[0]!.name))?.passwordHash, "$first");
  });

  test("create() takes each name once, whatever its case", async ({ operators, name, shop }) => {
    const mine = name("Ann");
    const made = await operators.create({ name: mine, role: "viewer", passwordHash: "$a" });
    assert(made.kind === "done");
    assertEquals(made.operator, {
      id: made.operator.id,
      name: mine,
      role: "viewer",
      disabled: false,
      lockedUntil: 0,
      createdAt: shop.now,
      updatedAt: shop.now,
    });
    for (const again of [mine, mine.toUpperCase(), mine.toLowerCase()]) {
      const role = "admin" as const;
      const refused = await operators.create({ name: again, role, passwordHash: "$b" });
      assertEquals(refused, { kind: "taken" });
      const found = await operators.find(again);
      assertEquals([found?.operator.id, found?.passwordHash], [made.operator.id, "$a"]);
    }
    assertEquals(await operators.find(name("nobody")), null);
    assertEquals(await operators.get(999_999_999), null);
  });

  test("create() of one name by many at once makes one", async ({ operators, name }) => {
    const mine = name();
    const made = await Promise.all(
      Array.from(
        { length: 6 },
        () => operators.create({ name: mine, role: "admin", passwordHash: "$" }),
      ),
    );
    assertEquals(made.filter(({ kind }) => kind === "done").length, 1);
    assertEquals(made.filter(({ kind }) => kind === "taken").length, 5);
  });

  test("list() pages by id", async (at) => {
    const { operators } = at;
    const before = await operators.count();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await at.operator()).id);
    assertEquals(await operators.count(), before + 3);
    const found: number[] = [];
    for (let page = 1; page * 2 - 1 <= before + 3; page += 1) {
      const { items, total } = await operators.list(page, 2);
      assertEquals(total, before + 3);
      found.push(...items.map(({ id }) => id));
    }
    assertEquals(found, found.toSorted((a, b) => a - b));
    assertEquals(ids.filter((id) => found.includes(id)), ids);
    await assertRejects(() => operators.list(0, 10), RangeError);
  });

  test("change() changes what is given and ends sessions where it must", async (at) => {
    const { operators, token, shop } = at;
    const { id, name } = await at.operator("viewer");
    const signIn = async (passwordHash: string) => {
      const tokenHash = token();
      const expiresAt = shop.now + 1_000_000;
      assert(await operators.openSession({ tokenHash, operatorId: id, expiresAt, passwordHash }));
      return tokenHash;
    };
    const first = await signIn("$x");
    shop.now += 5;
    const promoted = await operators.change(id, { role: "operator" });
    assert(promoted.kind === "done");
    assertEquals([promoted.operator.role, promoted.operator.updatedAt], ["operator", shop.now]);
    assertEquals((await operators.readSession(first))?.role, "operator");
    await operators.change(id, { passwordHash: "$new" });
    assertEquals(await operators.readSession(first), null);
    assertEquals((await operators.find(name))?.passwordHash, "$new");
    const second = await signIn("$new");
    await operators.change(id, { disabled: true });
    assertEquals(await operators.readSession(second), null);
    await operators.change(id, { disabled: false });
    assertEquals(await operators.readSession(second), null);
    assertEquals(await operators.change(999_999_999, { role: "admin" }), { kind: "not_found" });
    const late = { passwordHash: "$late", passwordHashBefore: "$x" };
    assertEquals(await operators.change(id, { ...late, role: "admin" }), { kind: "outdated" });
    assertEquals((await operators.find(name))?.passwordHash, "$new");
    assertEquals((await operators.get(id))?.role, "operator");
    const prompt = { passwordHash: "$own", passwordHashBefore: "$new" };
    assertEquals((await operators.change(id, prompt)).kind, "done");
  });

  test("change() leaves one admin, whoever asks at once", async (at) => {
    const { operators, shop } = at;
    await shop.database.execute("UPDATE operator SET role = 'viewer'");
    const [ann, bob] = [await at.operator("admin"), await at.operator("admin")];
    const results = await Promise.all([
      operators.change(ann.id, { role: "operator" }),
      operators.change(bob.id, { disabled: true }),
    ]);
    assertEquals(results.map(({ kind }) => kind).toSorted(), ["done", "last_admin"]);
    const last = results[0]?.kind === "last_admin" ? ann : bob;
    for (const changes of [{ role: "viewer" as const }, { disabled: true }]) {
      assertEquals(await operators.change(last.id, changes), { kind: "last_admin" });
    }
    assertEquals((await operators.change(last.id, { passwordHash: "$" })).kind, "done");
    assertEquals((await operators.get(last.id))?.role, "admin");
  });

  test("rehash() replaces only the hash that was checked", async (at) => {
    const { operators } = at;
    const { id, name } = await at.operator();
    assertEquals(await operators.rehash(id, "$other", "$strong"), false);
    assertEquals((await operators.find(name))?.passwordHash, "$x");
    assertEquals(await operators.rehash(id, "$x", "$strong"), true);
    assertEquals((await operators.find(name))?.passwordHash, "$strong");
  });
}
