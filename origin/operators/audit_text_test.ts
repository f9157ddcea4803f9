import { assert, assertEquals } from "@std/assert";
import { MAX_AUDIT_BYTES } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";

Deno.test("auditText() keeps states as JSON and nothing as null", () => {
  assertEquals([auditText(null), auditText(undefined)], [null, null]);
  const state = { title: "春", items: [{ productId: 1, stock: 0 }], paused: false, note: null };
  assertEquals(auditText(state), JSON.stringify(state));
});

Deno.test("auditText() leaves out what is secret by its name, however deep", () => {
  const secret = "s3cret-value";
  const names = ["password", "newPassword", "token", "adminToken", "secret", "passwordHash"]
    .concat(["csrf", "cookie", "Set-Cookie", "authorization", "credential", "token_hash"]);
  for (const name of names) {
    for (const state of [{ [name]: secret }, { a: [{ b: { [name]: { deep: secret } } }] }]) {
      assert(!auditText(state)!.includes(secret), name);
    }
  }
  let deep: unknown = secret;
  for (let n = 0; n < 100; n += 1) deep = { a: deep };
  assert(!auditText(deep)!.includes(secret));
});

Deno.test("auditText() cuts what is too long and says so, in any letters", () => {
  for (const letter of ["x", "é", "春", "🌸", '"', "\\", "\n", "\ud800"]) {
    for (const length of [10_000, 16_000, 64_000, 200_000]) {
      const text = auditText({ title: letter.repeat(length) })!;
      const bytes = new TextEncoder().encode(text).length;
      assert(bytes <= MAX_AUDIT_BYTES, `${letter} ${length}: ${bytes}`);
      const kept = JSON.parse(text);
      assertEquals(kept.cut === true || kept.title.length === letter.length * length, true);
      if (kept.cut) {
        assert(kept.bytes > MAX_AUDIT_BYTES);
        assert(kept.start.length > 1_000, `${letter} ${length}`);
      }
    }
  }
});
