import { assertEquals } from "@std/assert";
import { ownPath } from "./own_path.ts";

Deno.test("ownPath() leads nowhere but to pages of the back office", () => {
  const own = ["/admin", "/admin/sales/7", "/admin/orders?saleId=7&page=2", "/admin?x=1"];
  for (const path of own) assertEquals(ownPath(path), path);
  assertEquals(ownPath("/admin/sales/../orders"), "/admin/orders");
  const foreign = [
    undefined,
    "",
    "/",
    "//evil.example/admin",
    "https://evil.example/admin",
    "/adminx",
    "/admin\\..\\..\\evil",
    "/admin/../../evil",
    "/admin/..//evil.example",
    "/admin//evil.example",
    "/\\evil.example/admin",
    "/admin/../sales/1",
    "/admin/sign-in",
    "/admin/sign-in?to=/admin/sign-in",
    "/admin/sign-out",
    "/admin/setup",
    "/admin/api/operators",
    "/admin/x/../api/operators",
    "javascript:alert(1)",
    "/admin/" + "x".repeat(2_000),
    " /admin",
    "/admin\n/x",
  ];
  for (const path of foreign) assertEquals(ownPath(path), "/admin", String(path));
});
