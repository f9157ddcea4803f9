import { assert, assertEquals } from "@std/assert";
import { FIXTURE_SECRETS } from "../../testing/origin_fixture.ts";
import { OfficeHouse, type OfficeLook, OfficeVisit, openBrowser } from "../testing/office_house.ts";

const PASSWORD = "a good long password";

const LOOKS: OfficeLook[] = [
  { width: 1280, scheme: "light" },
  { width: 390, scheme: "dark" },
];

/** Looks at the page that a visit is on. */
async function look(visit: OfficeVisit, name: string): Promise<void> {
  await visit.fits(name);
  await visit.audit(name);
  await visit.picture(name);
}

Deno.test("setting up, signing in, operators and the audit log, from a fresh installation", async () => {
  const browser = await openBrowser();
  try {
    for (const how of LOOKS) await walk(browser, how);
  } finally {
    await browser.close();
  }
});

async function walk(
  browser: Awaited<ReturnType<typeof openBrowser>>,
  how: OfficeLook,
): Promise<void> {
  await using house = await OfficeHouse.open();
  house.origin.signedIn = null;
  const visit = await OfficeVisit.begin(browser, how);
  const { page } = visit;
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const heading = (name: string) => page.getByRole("heading", { name, exact: true }).waitFor();

  await page.goto(`${house.url}/admin/audit`);
  await heading("Make the first operator");
  await look(visit, "setup");
  await field("Your name").fill("Ann");
  await field("Password").fill("password1234");
  await field("Password again").fill("password1234");
  await field("ADMIN_TOKEN").fill(FIXTURE_SECRETS.adminToken);
  await press("Make it and sign in");
  await page.getByText("must not be one that everybody tries first").waitFor();
  await look(visit, "setup-refused");
  await field("Password").fill(PASSWORD);
  await field("Password again").fill(PASSWORD);
  await field("ADMIN_TOKEN").fill(FIXTURE_SECRETS.adminToken);
  await press("Make it and sign in");
  await page.getByText("Welcome, Ann. You are the first admin here.").waitFor();

  await page.goto(`${house.url}/admin/operators`);
  await look(visit, "operators-one");
  await page.getByRole("link", { name: "Add an operator" }).click();
  await look(visit, "operators-new");
  await field("Name").fill("bob@shop.example");
  await page.getByRole("radio", { name: "Viewer" }).check();
  await field("First password").fill(PASSWORD);
  await press("Add the operator");
  await page.getByText("bob@shop.example was added.").waitFor();
  await fill(house);
  await page.reload();
  await look(visit, "operators");
  await page.getByRole("link", { name: "bob@shop.example" }).click();
  await heading("bob@shop.example");
  await look(visit, "operator");
  await press("Disable…");
  await page.getByRole("dialog").waitFor();
  await look(visit, "operator-disable");
  await press("Disable");
  await page.getByText("Nobody gets in under this name now.").waitFor();
  assertEquals((await house.origin.operatorBook.get(2))?.disabled, true);

  await page.goto(`${house.url}/admin/account`);
  await look(visit, "account");
  await page.goto(`${house.url}/admin/audit`);
  await look(visit, "audit");
  await field("On what").fill("sale/999");
  await press("Show");
  await page.getByText("No change fits these filters.").waitFor();
  await look(visit, "audit-nothing");

  if (how.width === 390) await press("Menu");
  await press("Sign out");
  await page.getByText("You are signed out.").waitFor();
  await look(visit, "sign-in");
  for (let n = 0; n < 6; n += 1) {
    await field("Name").fill("Ann");
    await field("Password").fill("a wrong password");
    await press("Sign in");
    await page.getByRole("alert").waitFor();
  }
  await page.getByText("Too many wrong tries.").waitFor();
  await look(visit, "sign-in-locked");
  house.origin.now += 3_600_000;
  await field("Password").fill(PASSWORD);
  await press("Sign in");
  await heading("Overview");
  assert((await house.origin.audit.list({ action: "sign_in" }, 1, 1)).total > 0);
  await visit.close();
}

/** What an installation has after a while: operators in all states, and changes of all kinds. */
async function fill({ origin }: OfficeHouse): Promise<void> {
  const { saleId, productId } = await origin.openSale();
  const changes = { title: "Autumn sale", limits: { burst: 500, ratePerSecond: 200 } };
  await origin.admin("PATCH", `/sales/${saleId}`, changes);
  await origin.admin("POST", `/sales/${saleId}/items/${productId}/stock`, { delta: 40 });
  await origin.admin("DELETE", `/products/${productId}`);
  await origin.admin("PUT", "/users/ann", { level: 2, claims: { tier: "gold" } });
  await origin.admin("POST", "/blocklist", { cidr: "203.0.113.0/24" });
  for (let n = 0; n < 8; n += 1) await origin.session(n % 2 === 0 ? "operator" : "viewer");
  for (let n = 0; n < 5; n += 1) await origin.operatorBook.beginTry("operator-3");
  await origin.admin("PATCH", "/operators/4", { disabled: true });
}
