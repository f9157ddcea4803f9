import { assertEquals } from "@std/assert";
import { withSystem } from "../launch/launched_shop.ts";
import { call, type TestSale, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** Two edges or one, as a buyer and an operator use them. */
interface Scene {
  shop: TestShop;
  edgeUrls: string[];
  /** Where the operator works: not the origin that the edges ask, when there are two. */
  originUrl: string;
}

/** What a buyer hears on every edge: he is let in when he gets, or has, a reservation. */
async function hears({ edgeUrls }: Scene, { saleId, productId }: TestSale, token: string) {
  const answers = await Promise.all(edgeUrls.map(async (url) => {
    const answer = await call("POST", `${url}/api/sales/${saleId}/buy`, {
      token,
      body: { productId },
    });
    const letIn = answer.status === 201 || answer.body.code === "already_bought";
    return letIn ? "let in" : String(answer.body.code);
  }));
  return answers.join(", ");
}

/** Changes one thing after the other and tells how long each took to be in force on every edge. */
async function walk(scene: Scene): Promise<void> {
  const { shop, edgeUrls, originUrl } = scene;
  const { adminToken } = shop.system;
  const sale = await shop.openSale(5);
  const ann = await shop.signIn("ann");
  const bob = await shop.signIn("bob");
  const times: string[] = [];

  const admin = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, `${originUrl}/admin/api${path}`, {
      token: adminToken,
      ...(body === undefined ? {} : { body }),
    });
    assertEquals(answer.status < 300, true, `${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const inForce = async (
    [method, path, body]: [string, string, unknown?],
    expected: string,
    token = ann,
  ) => {
    const wanted = edgeUrls.map(() => expected).join(", ");
    const begun = performance.now();
    const answer = await admin(method, path, body);
    await waitFor(
      `${method} ${path} ${JSON.stringify(body)} to be in force`,
      async () => await hears(scene, sale, token) === wanted ? true : null,
    );
    const tookMs = Math.round(performance.now() - begun);
    times.push(`${tookMs} ms  ${method} ${path} ${JSON.stringify(body ?? "")} → ${expected}`);
    return answer;
  };

  const patch = (
    body: unknown,
  ): [string, string, unknown] => ["PATCH", `/sales/${sale.saleId}`, body];
  const put = (body: unknown): [string, string, unknown] => ["PUT", "/users/ann", body];

  const user = await inForce(["POST", "/blocklist", { userId: "ann" }], "blocked");
  assertEquals(await hears(scene, sale, bob), edgeUrls.map(() => "let in").join(", "));
  await inForce(["DELETE", `/blocklist/${user.id}`], "let in");
  await inForce(put({ blocked: true }), "blocked");
  await inForce(put({ blocked: false }), "let in");
  const address = await inForce(["POST", "/blocklist", { cidr: "127.0.0.1" }], "blocked", bob);
  await inForce(["DELETE", `/blocklist/${address.id}`], "let in", bob);
  await inForce(patch({ minLevel: 5 }), "not_eligible");
  await inForce(put({ level: 5 }), "let in");
  await inForce(put({ level: null }), "not_eligible");
  await inForce(patch({ minLevel: 0 }), "let in");
  await inForce(patch({ claims: [{ claim: "tier", anyOf: ["gold"] }] }), "not_eligible");
  await inForce(put({ claims: { tier: "gold" } }), "let in");
  await inForce(put({ claims: null }), "not_eligible");
  await inForce(patch({ claims: [] }), "let in");

  console.log(`In force on ${edgeUrls.length} edge(s) after:\n${times.join("\n")}`);
  // A buyer who is blocked keeps what he has.
  await inForce(put({ blocked: true }), "blocked");
  const token = ann;
  const mine = await call("GET", `${edgeUrls[0]}/api/orders`, { token });
  const { ticket } = mine.body.items[0];
  await shop.writtenOrder(ticket, token);
  const paying = await call("POST", `${edgeUrls[0]}/api/orders/${ticket}/payment`, { token });
  assertEquals(paying.status, 201, JSON.stringify(paying.body));
  const ended = await call("POST", `${edgeUrls[0]}/api/orders/${ticket}/cancel`, { token });
  assertEquals([ended.status, ended.body.status], [200, "cancelled"]);
}

Deno.test("embedded: what operators say of buyers is in force at once", async () => {
  const system = await startSystem("embedded");
  try {
    const { edgeUrl, originUrl } = system;
    await walk({ shop: new TestShop(system), edgeUrls: [edgeUrl], originUrl });
  } finally {
    assertEquals(await system.stop("SIGINT"), 0, system.output());
  }
});

Deno.test("services: what operators say of buyers is in force on two edges at once", async () => {
  await withSystem({ edge: 2, origin: 2, worker: 1 }, undefined, async ({ system, shop }) => {
    const { edgeUrls, originUrls } = system;
    const originUrl = originUrls[1] ?? "";
    await walk({ shop, edgeUrls, originUrl });
  });
});
