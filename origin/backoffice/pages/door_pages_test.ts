import { assert, assertEquals, assertMatch } from "@std/assert";
import { FIXTURE_SECRETS, OriginFixture } from "../../testing/origin_fixture.ts";

const PASSWORD = "a good long password";
const HOST = "office.example";

/** A browser that keeps its cookies and sends forms from the page that it is on. */
class Browser {
  readonly #cookies = new Map<string, string>();

  constructor(readonly origin: OriginFixture, readonly scheme: "http" | "https" = "http") {}

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async go(path: string, fields?: Record<string, string>): Promise<Response> {
    const body = fields && new URLSearchParams(fields).toString();
    const response = await this.origin.app.request(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        host: HOST,
        cookie: this.cookies,
        ...(body === undefined ? {} : {
          origin: `${this.scheme}://${HOST}`,
          "content-type": "application/x-www-form-urlencoded",
          "content-length": String(body.length),
        }),
      },
      ...(body === undefined ? {} : { body }),
    }, { peer: "192.0.2.1" });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/Max-Age=0/i.test(cookie)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** The hidden field of the forms on a page. */
  async csrf(path: string): Promise<string> {
    const text = await (await this.go(path)).text();
    return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
  }

  async setUp(fields: Record<string, string> = {}): Promise<Response> {
    return await this.go("/admin/setup", {
      name: "Ann",
      password: PASSWORD,
      repeated: PASSWORD,
      token: FIXTURE_SECRETS.adminToken,
      ...fields,
    });
  }
}

const ways = ({ status, headers }: Response) => [status, headers.get("location")];

Deno.test("a fresh installation leads to setting up, once", async () => {
  await using origin = await OriginFixture.open();
  const browser = new Browser(origin);
  assertEquals(ways(await browser.go("/admin/sales?x=1")), [
    303,
    "/admin/sign-in?to=%2Fadmin%2Fsales%3Fx%3D1",
  ]);
  assertEquals(ways(await browser.go("/admin/sign-in")), [303, "/admin/setup"]);
  assertEquals((await browser.go("/admin/setup")).status, 200);

  const refusals: [Record<string, string>, RegExp][] = [
    [{ token: "wrong" }, /Is not the ADMIN_TOKEN/],
    [{ token: FIXTURE_SECRETS.edgeKey }, /Is not the ADMIN_TOKEN/],
    [{ name: "a b" }, /Must be 1 to 64/],
    [{ name: "ADMIN_TOKEN" }, /Must not be ADMIN_TOKEN/],
    [{ password: "short" }, /at least 12/],
    [{ repeated: "another one!" }, /same as above/],
  ];
  for (const [fields, told] of refusals) {
    const refused = await browser.setUp(fields);
    assertEquals([refused.status, browser.cookies], [422, ""]);
    const text = await refused.text();
    assertMatch(text, told);
    assert(!text.includes(PASSWORD) && !text.includes(FIXTURE_SECRETS.adminToken));
  }
  assertEquals(await origin.operatorBook.count(), 0);

  assertEquals(ways(await browser.setUp()), [303, "/admin"]);
  const home = await browser.go("/admin");
  assertEquals(home.status, 200);
  assertMatch(await home.text(), /Welcome, Ann/);
  assertEquals(ways(await browser.go("/admin/setup")), [303, "/admin/sign-in"]);
  assertEquals(ways(await new Browser(origin).setUp({ name: "Bob" })), [303, "/admin/sign-in"]);
  assertEquals(await origin.operatorBook.count(), 1);
});

Deno.test("of two that set up at the same time one becomes the admin", async () => {
  await using origin = await OriginFixture.open();
  const answers = await Promise.all(
    ["ann", "bob", "cid"].map((name) => new Browser(origin).setUp({ name })),
  );
  assertEquals(answers.map((answer) => answer.headers.get("location")).toSorted(), [
    "/admin",
    "/admin/sign-in",
    "/admin/sign-in",
  ]);
  assertEquals(await origin.operatorBook.count(), 1);
});

Deno.test("signing in begins a new session and goes where one wanted to go", async () => {
  await using origin = await OriginFixture.open();
  const browser = new Browser(origin);
  await browser.setUp();
  const first = browser.cookies;
  const form = { name: " ANN ", password: PASSWORD, to: "/admin/sales?page=2" };
  assertEquals(ways(await browser.go("/admin/sign-in", form)), [303, "/admin/sales?page=2"]);
  assert(browser.cookies !== first);
  const old = { headers: { cookie: first } };
  assertEquals((await origin.app.request("/admin", old)).status, 303, "the old one has ended");
  assertEquals(ways(await browser.go("/admin/sign-in?to=/admin/orders")), [303, "/admin/orders"]);
  const evil = { ...form, to: "//evil.example" };
  assertEquals(ways(await browser.go("/admin/sign-in", evil)), [303, "/admin"]);

  const csrf = await browser.csrf("/admin");
  const last = browser.cookies;
  assertEquals((await browser.go("/admin/sign-out", {})).status, 403);
  assertEquals(ways(await browser.go("/admin/sign-out", { csrf })), [303, "/admin/sign-in"]);
  const ended = { headers: { cookie: last } };
  assertEquals((await origin.app.request("/admin", ended)).status, 303);
  assertMatch(await (await browser.go("/admin/sign-in")).text(), /You are signed out/);
  const { items } = await origin.audit.list({}, 1, 50);
  assertEquals(items.map(({ action, actor, target }) => `${action} ${actor} ${target}`), [
    "sign_out Ann operator/1",
    "sign_in Ann operator/1",
    "sign_in Ann operator/1",
    "operator.set_up Ann operator/1",
  ]);
});

Deno.test("a wrong try tells nothing, and many make one wait", async () => {
  await using origin = await OriginFixture.open();
  await new Browser(origin).setUp();
  const told: Record<string, string[]> = {};
  for (const name of ["ann", "nobody"]) {
    for (let n = 0; n < 7; n += 1) {
      const answer = await new Browser(origin).go("/admin/sign-in", { name, password: "wrong" });
      const text = (await answer.text()).replaceAll(name, "NAME");
      (told[name] ??= []).push(`${answer.status} ${answer.headers.get("retry-after")} ${text}`);
    }
  }
  assertEquals(told.ann, told.nobody);
  assertMatch(told.ann![4]!, /^422 null .*name or the password is wrong/s);
  assertMatch(told.ann![5]!, /^429 30 .*Too many wrong tries. Try again in 30 seconds/s);
});

Deno.test("the cookie is for https alone where the browser came by it", async () => {
  await using origin = await OriginFixture.open();
  for (const scheme of ["http", "https"] as const) {
    const browser = new Browser(origin, scheme);
    const answer = scheme === "http"
      ? await browser.setUp()
      : await browser.go("/admin/sign-in", { name: "Ann", password: PASSWORD });
    const [cookie, device] = answer.headers.getSetCookie();
    assertMatch(
      cookie!,
      scheme === "http"
        ? /^dropgate_admin=[\w-]{43}; Path=\/admin; Max-Age=43200; HttpOnly; SameSite=Strict$/
        : /^__Host-dropgate_admin=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    assertMatch(
      device!,
      scheme === "http"
        ? /^dropgate_admin_device=[\w-]{43}; Path=\/admin; Max-Age=15552000; HttpOnly; SameSite=Strict$/
        : /^__Host-dropgate_admin_device=[\w-]{43}; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure$/,
    );
    assertEquals((await browser.go("/admin/account")).status, 200);
  }
});

Deno.test("pages before signing in carry the policy and no menu", async () => {
  await using origin = await OriginFixture.open();
  for (const path of ["/admin/setup", "/admin/sign-in"]) {
    const response = await new Browser(origin).go(path);
    assertMatch(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assert(!(await response.text()).includes("<nav"));
    await new Browser(origin).setUp();
  }
});

Deno.test("one's own password is changed on the account page, and all others are out", async () => {
  await using origin = await OriginFixture.open();
  const [mine, other] = [new Browser(origin), new Browser(origin)];
  await mine.setUp();
  await other.go("/admin/sign-in", { name: "Ann", password: PASSWORD });
  const page = await (await mine.go("/admin/account")).text();
  assertEquals(page.match(/Ends at the latest"/g)?.length, 2);
  const csrf = await mine.csrf("/admin/account");
  const next = "another good long one";
  const form = { csrf, currentPassword: PASSWORD, password: next, repeated: next };
  for (
    const [fields, told] of [
      [{ repeated: "x" }, /same as above/],
      [{ currentPassword: "x" }, /Is not your password/],
      [{ password: "ann", repeated: "ann" }, /at least 12/],
    ] as [Record<string, string>, RegExp][]
  ) {
    const refused = await mine.go("/admin/account/password", { ...form, ...fields });
    assertEquals(refused.status, 422);
    assertMatch(await refused.text(), told);
  }
  assertEquals(ways(await mine.go("/admin/account/password", form)), [303, "/admin/account"]);
  assertMatch(await (await mine.go("/admin/account")).text(), /Your password was changed/);
  assertEquals((await other.go("/admin")).status, 303);
  await other.go("/admin/sign-in", { name: "Ann", password: next });
  assertEquals((await other.go("/admin")).status, 200);
  const again = await mine.csrf("/admin/account");
  await mine.go("/admin/account/end-others", { csrf: again });
  assertMatch(await (await mine.go("/admin/account")).text(), /One other browser was signed out/);
  assertEquals((await other.go("/admin")).status, 303);
});

Deno.test("who guesses a name keeps its known browsers neither out nor from a new password", async () => {
  await using origin = await OriginFixture.open();
  const mine = new Browser(origin);
  await mine.setUp();
  const guess = async (name: string) => {
    const answer = await new Browser(origin).go("/admin/sign-in", { name, password: "wrong" });
    return [answer.status, await answer.text()] as const;
  };
  for (let n = 0; n < 6; n += 1) await guess("ann");
  assertEquals((await guess("ann"))[0], 429);
  const again = { name: "ann", password: PASSWORD };
  assertEquals((await mine.go("/admin/sign-in", again)).status, 303);
  const csrf = await mine.csrf("/admin/account");
  const next = "another good long one";
  const form = { csrf, currentPassword: PASSWORD, password: next, repeated: next };
  assertEquals(ways(await mine.go("/admin/account/password", form)), [303, "/admin/account"]);
  // The new password makes this browser known anew, and the lock of the name has ended with it.
  for (let n = 0; n < 6; n += 1) await guess("ann");
  assertEquals((await mine.go("/admin/sign-in", { ...again, password: next })).status, 303);

  for (let n = 0; n < 30; n += 1) await guess(`nobody-${n}`);
  const [status, text] = await guess("bob");
  assertEquals(status, 429);
  assertMatch(text, /Too many tries came from your address\. Try again in \d+ seconds\./);
  assert(!text.includes("unlock"));
});

Deno.test("after choosing a zone one comes back to pages of the back office alone", async () => {
  await using origin = await OriginFixture.open();
  origin.signIn("viewer");
  for (
    const [to, place] of [
      ["/admin/sales?page=2", "/admin/sales?page=2"],
      ["/admin/../evil", "/admin"],
      ["/admin/x/..//evil.example", "/admin"],
      ["/admin/sign-out", "/admin"],
      ["//evil.example", "/admin"],
    ] as const
  ) {
    const fields = { zone: "Asia/Shanghai", to };
    assertEquals(ways(await origin.page("/zone", fields)), [303, place]);
    const page = await (await origin.page(`/zone?to=${encodeURIComponent(to)}`)).text();
    assertMatch(page, new RegExp(`name="to" value="${RegExp.escape(place)}"`));
  }
});
