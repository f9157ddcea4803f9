import { assertEquals } from "@std/assert";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import { reaches, ROLES } from "./principal.ts";
import { apiPath, matchRoute } from "./route_pattern.ts";
import { neededRole } from "./route_roles.ts";

const TOKEN = { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}` };

Deno.test("neededRole() lets viewers read and operators change, and guards the rest", () => {
  const cases = [
    ["GET", "/sales", "viewer"],
    ["HEAD", "/sales/7", "viewer"],
    ["GET", "/audit", "viewer"],
    ["POST", "/sales/7/pause", "operator"],
    ["PUT", "/users/ann", "operator"],
    ["DELETE", "/blocklist/1", "operator"],
    ["POST", "/nothing", "operator"],
    ["GET", "/operators", "admin"],
    ["GET", "/operators/7", "admin"],
    ["PATCH", "/operators/7", "admin"],
    ["POST", "/operators/7/unlock", "admin"],
    ["POST", "/sales/7/clean-up", "admin"],
    ["POST", "/account/password", "viewer"],
    ["GET", "/operators/\n", "admin"],
    ["GET", "/operators/7\nx", "admin"],
    ["GET", "/operators/\u2028", "admin"],
    ["GET", "/operatorsx", "viewer"],
    ["POST", "/accounts", "operator"],
  ] as const;
  for (const [method, path, role] of cases) {
    assertEquals(neededRole(method, path), role, `${method} ${path}`);
  }
});

Deno.test("each role reaches itself and those before it", () => {
  const reached = ROLES.map((role) => ROLES.map((needed) => reaches(role, needed)));
  assertEquals(reached, [[true, false, false], [true, true, false], [true, true, true]]);
});

Deno.test("matchRoute() reads the parameters of a path that fits", () => {
  const stock = "POST /sales/{id}/items/{productId}/stock";
  assertEquals(matchRoute(stock, "POST", "/sales/7/items/8/stock"), { id: "7", productId: "8" });
  assertEquals(matchRoute(stock, "GET", "/sales/7/items/8/stock"), null);
  assertEquals(matchRoute(stock, "POST", "/sales/7/items/8/9/stock"), null);
  assertEquals(matchRoute(stock, "POST", "/sales//items/8/stock"), null);
  assertEquals(matchRoute("* /operators/", "DELETE", "/operators/7/x"), {});
  assertEquals(matchRoute("* /operators/", "GET", "/operators/"), null);
});

Deno.test("apiPath() is the same wherever the API is called", () => {
  assertEquals(apiPath("/admin/api/sales/7"), "/sales/7");
  assertEquals(apiPath("/sales/7"), "/sales/7");
});

Deno.test("an address with control characters leads nowhere, whoever asks", async () => {
  await using origin = await OriginFixture.open();
  const viewer = await origin.session("viewer");
  for (const path of ["/operators/%0A", "/operators/1%0Ax", "/operators/1%0D", "/sales/%00"]) {
    for (const headers of [{ cookie: viewer.cookie }, TOKEN]) {
      const response = await origin.app.request(`/admin/api${path}`, { headers });
      assertEquals((await response.body?.cancel(), response.status), 404, path);
    }
  }
  const nobody = await origin.app.request("/admin/api/operators/%0A");
  assertEquals((await nobody.body?.cancel(), nobody.status), 401);
});
