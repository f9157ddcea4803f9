import { assertEquals } from "@std/assert";
import { adminClient } from "./admin_client.ts";

/** The address that a client asks for an order's ticket and a user's id. */
function addresses() {
  const asked: string[] = [];
  const client = adminClient("http://admin.invalid", (request) => {
    asked.push(request.url.slice("http://admin.invalid/admin/api".length));
    return new Response("{}");
  });
  return { asked, client };
}

Deno.test("adminClient() keeps an id within its place of the path", async () => {
  const { asked, client } = addresses();
  const cases = {
    "ann@shop.example_-1": "/users/ann%40shop.example_-1",
    "../operators/1": "/users/..%2Foperators%2F1",
    "1?page=2#x": "/users/1%3Fpage%3D2%23x",
    "a b\n%2F": "/users/a%20b%0A%252F",
    "$&": "/users/%24%26",
    ".": "/users/%252E",
    "..": "/users/%252E%252E",
    "": "/users/%2520",
  };
  for (const [id, path] of Object.entries(cases)) {
    await client.users[":id"].$put({ param: { id }, json: { level: 1 } });
    assertEquals(asked.pop(), path);
  }
});

Deno.test("adminClient() fills in every parameter and leaves the rest as it is", async () => {
  const { asked, client } = addresses();
  await client.sales[":id"].items[":productId"].stock.$post({
    param: { id: "7", productId: "8/9" },
    header: {},
    json: { delta: 1 },
  });
  await client.orders.$get({ query: { userId: "a/b", page: "2" } });
  await client.orders[":ticket"].$get({ param: { ticket: "1-2_3.4@5" } });
  assertEquals(asked, [
    "/sales/7/items/8%2F9/stock",
    "/orders?userId=a%2Fb&page=2",
    "/orders/1-2_3.4%405",
  ]);
});
