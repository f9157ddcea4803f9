import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { listUnitTests } from "./unit_tests.ts";

Deno.test("listUnitTests() leaves out what needs servers, a browser or the whole system", async () => {
  const root = await Deno.makeTempDir();
  try {
    const files = [
      "a_test.ts",
      "b/c_test.tsx",
      "b/d_services_test.ts",
      "b/e_e2e_test.ts",
      "f_browser_test.ts",
      "g.ts",
      "data/h_test.ts",
      ".git/i_test.ts",
    ];
    for (const file of files) {
      await Deno.mkdir(join(root, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, file), "");
    }
    assertEquals(await listUnitTests(root), ["a_test.ts", "b/c_test.tsx"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
