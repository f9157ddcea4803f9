import { assert, assertEquals } from "@std/assert";
import { SessionSigner } from "../../shared/session.ts";
import type { FixtureSession } from "../testing/fixture_session.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import { reaches, type Role } from "./principal.ts";
import { neededRole } from "./route_roles.ts";

const HOST = "office.example";

/**
 * Every route of the admin API, from its own document, with ids that may or may not exist; but not
 * the one for everybody.
 */
async function apiRoutes(origin: OriginFixture): Promise<[method: string, path: string][]> {
  const document = await (await origin.app.request("/admin/api/openapi.json")).json();
  const routes = Object.entries(document.paths as Record<string, object>).flatMap(
    ([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, "1"),
      ]),
  );
  assertEquals(document.paths["/proof-keys"].get.security, []);
  return routes.filter(([, path]) => path !== "/proof-keys");
}

/** Every form of the back office, from the app's own routes. */
function pageForms(origin: OriginFixture): string[] {
  const paths = origin.app.routes
    .filter(({ method, path }) => method === "POST" && path.startsWith("/admin/"))
    .filter(({ path }) => !path.startsWith("/admin/api/"))
    .map(({ path }) => path.replaceAll(/:\w+(\{[^}]*\})?/g, "1"));
  return [...new Set(paths)];
}

/** Doors are open to everybody; their own tests say to whom they answer what. */
const DOORS = ["/admin/sign-in", "/admin/setup"];

type Attempt = (method: string) => Record<string, string>;

/** Who asks without being let in, by what he shows. */
function attempts(viewer: FixtureSession, operator: FixtureSession): Record<string, Attempt> {
  const { adminToken, edgeKey, receiptKey } = FIXTURE_SECRETS;
  const { cookie, csrf } = operator;
  const session = { userId: "ann", level: 9, expiresAt: Date.now() + 3_600_000 };
  const buyer = new SessionSigner(receiptKey).sign(session);
  const own = { host: HOST, "sec-fetch-site": "same-origin" };
  const writing = (headers: Record<string, string>): Attempt => (method) =>
    method === "GET" ? { host: HOST } : headers;
  return {
    "no token": () => ({}),
    "wrong token": () => ({ authorization: `Bearer ${adminToken}x` }),
    "edge key": () => ({ authorization: `Bearer ${edgeKey}` }),
    "receipt key": () => ({ authorization: `Bearer ${receiptKey}` }),
    "buyer's token as bearer": () => ({ authorization: `Bearer ${buyer}` }),
    "buyer's token as cookie": () => ({
      ...own,
      cookie: `dropgate_session=${buyer}; dropgate_admin=${buyer}; __Host-dropgate_admin=${buyer}`,
    }),
    "admin token as cookie": () => ({ ...own, cookie: `dropgate_admin=${adminToken}` }),
    "session as bearer": () => ({ authorization: `Bearer ${cookie.split("=")[1]}` }),
    "hash of a session as cookie": () => ({ ...own, cookie: `dropgate_admin=${"a".repeat(43)}` }),
    "wrong bearer beside a cookie": () => ({ ...own, cookie, authorization: "Bearer x" }),
    "cookie without CSRF": writing({ ...own, cookie }),
    "cookie with another's CSRF": writing({ ...own, cookie, "x-csrf-token": viewer.csrf }),
    "CSRF without a site": writing({ host: HOST, cookie, "x-csrf-token": csrf }),
    "foreign Origin": () => ({
      host: HOST,
      cookie,
      "x-csrf-token": csrf,
      origin: "https://evil.example",
    }),
    "Origin null": () => ({ host: HOST, cookie, "x-csrf-token": csrf, origin: "null" }),
    "foreign Origin, own site": () => ({
      ...own,
      cookie,
      "x-csrf-token": csrf,
      origin: "https://evil.example",
    }),
    ...Object.fromEntries(["cross-site", "same-site"].map((site) => [
      `Sec-Fetch-Site: ${site}`,
      () => ({ host: HOST, cookie, "x-csrf-token": csrf, "sec-fetch-site": site }),
    ])),
  };
}

Deno.test("no route of the admin API takes who may not", async () => {
  await using origin = await OriginFixture.open();
  const sessions = {
    viewer: await origin.session("viewer"),
    operator: await origin.session("operator"),
    admin: await origin.session("admin"),
  };
  const routes = await apiRoutes(origin);
  assert(routes.length > 40);
  const counts: Record<string, { asked: number; accepted: number }> = {};
  const ask = async (who: string, method: string, path: string, headers: HeadersInit) => {
    const response = await origin.app.request(`/admin/api${path}`, {
      method,
      headers,
      ...(method === "GET" ? {} : { body: "{}" }),
    });
    await response.body?.cancel();
    const count = counts[who] ??= { asked: 0, accepted: 0 };
    count.asked += 1;
    if (response.status !== 401 && response.status !== 403) {
      count.accepted += 1;
      console.log(`accepted: ${who} ${method} ${path}: ${response.status}`);
    }
    return response.status;
  };
  for (const [who, headersOf] of Object.entries(attempts(sessions.viewer, sessions.operator))) {
    for (const [method, path] of routes) {
      const headers = headersOf(method);
      // A read with nothing wrong about it is none of these.
      if (method === "GET" && Object.keys(headers).join() === "host") continue;
      await ask(who, method, path, headers);
    }
  }
  const entriesBefore = (await origin.audit.list({}, 1, 1)).total;
  const rolesOf = { viewer: ["operator", "admin"], operator: ["admin"] };
  for (const [role, above] of Object.entries(rolesOf)) {
    const { cookie, csrf } = sessions[role as "viewer" | "operator"];
    const headers = { cookie, "x-csrf-token": csrf, host: HOST, origin: `https://${HOST}` };
    for (const [method, path] of routes) {
      if (!above.includes(neededRole(method, path))) continue;
      assertEquals(await ask(`${role} on routes above`, method, path, headers), 403);
    }
  }
  console.log("admin API, asked and accepted:", counts);
  assertEquals(Object.values(counts).reduce((sum, { accepted }) => sum + accepted, 0), 0);
  assertEquals((await origin.audit.list({}, 1, 1)).total, entriesBefore, "refused is only logged");

  // The same walk lets in who may: otherwise it would prove nothing.
  for (const [role, { cookie, csrf }] of Object.entries(sessions)) {
    const headers = { cookie, "x-csrf-token": csrf, host: HOST, origin: `https://${HOST}` };
    for (const [method, path] of routes) {
      if (!reaches(role as Role, neededRole(method, path))) continue;
      if (path.startsWith("/account/sessions/") || path === "/account/password") continue;
      const init = { method, headers, ...(method === "GET" ? {} : { body: "{}" }) };
      const response = await origin.app.request(`/admin/api${path}`, init);
      await response.body?.cancel();
      assert(![401, 403].includes(response.status), `${role} ${method} ${path}`);
    }
  }
});

Deno.test("no form of the back office takes who may not", async () => {
  await using origin = await OriginFixture.open();
  const viewer = await origin.session("viewer");
  const admin = await origin.session("admin");
  const forms = pageForms(origin).filter((path) => !DOORS.includes(path));
  assert(forms.length > 10);
  const counts: Record<string, { asked: number; accepted: number }> = {};
  const send = async (who: string, path: string, headers: HeadersInit, csrf?: string) => {
    const body = new URLSearchParams(csrf === undefined ? {} : { csrf }).toString();
    const response = await origin.app.request(path, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(body.length),
        ...headers,
      },
      body,
    });
    await response.body?.cancel();
    const toDoor = response.status === 303 &&
      /^\/admin\/sign-in[?]/.test(response.headers.get("location") ?? "");
    const count = counts[who] ??= { asked: 0, accepted: 0 };
    count.asked += 1;
    if (response.status !== 403 && !toDoor) {
      count.accepted += 1;
      console.log(`accepted: ${who} ${path}: ${response.status}`);
    }
  };
  for (const path of forms) {
    const bad = attempts(viewer, admin);
    for (const [who, headersOf] of Object.entries(bad)) {
      const headers = headersOf("POST");
      const isOwn = headers["sec-fetch-site"] === "same-origin" && headers.origin === undefined;
      const csrf = who === "cookie with another's CSRF"
        ? viewer.csrf
        : isOwn
        ? undefined
        : admin.csrf;
      // A form is sent with cookies only; what else a request shows makes no difference to it.
      if (who === "wrong bearer beside a cookie") continue;
      await send(who, path, headers, csrf);
    }
  }
  console.log("forms of the back office, asked and accepted:", counts);
  assertEquals(Object.values(counts).reduce((sum, { accepted }) => sum + accepted, 0), 0);
  // The sign-out is the last of them: every other form of a viewer ends at the API's 403.
  const changes = async () => (await origin.audit.list({}, 1, 1)).total;
  const before = await changes();
  const own = /^\/admin\/(zone|sign-out|account)/;
  for (const path of forms.filter((path) => !own.test(path))) {
    const response = await origin.page(path.slice("/admin".length), {}, viewer);
    await response.body?.cancel();
    assertEquals(await changes(), before, `a viewer's ${path} changed something`);
  }
});

Deno.test("the doors take forms from their own pages only", async () => {
  await using origin = await OriginFixture.open();
  let asked = 0;
  for (const path of DOORS) {
    for (
      const headers of [
        {},
        { origin: "https://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site", origin: `https://${HOST}` },
        { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
      ] as Record<string, string>[]
    ) {
      const body = new URLSearchParams({
        name: "ann",
        password: "a long enough one",
        repeated: "a long enough one",
        token: FIXTURE_SECRETS.adminToken,
      }).toString();
      const response = await origin.app.request(path, {
        method: "POST",
        headers: {
          host: HOST,
          "content-type": "application/x-www-form-urlencoded",
          "content-length": String(body.length),
          ...headers,
        },
        body,
      });
      assertEquals([response.status, response.headers.getSetCookie()], [403, []]);
      await response.body?.cancel();
      asked += 1;
    }
    const long = { "content-length": "16385", origin: `https://${HOST}`, host: HOST };
    const init = { method: "POST", headers: long, body: "x".repeat(16_385) };
    const response = await origin.app.request(path, init);
    await response.body?.cancel();
    assertEquals(response.status, 413);
  }
  assertEquals(await origin.operatorBook.count(), 0);
  console.log(`doors: ${asked} forms of other pages, 0 accepted`);
});
