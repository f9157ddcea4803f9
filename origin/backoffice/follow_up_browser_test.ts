import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { fillFollowUpShop, recordQueued } from "./testing/follow_up_shop.ts";
import { OfficeHouse, OfficeVisit, openBrowser } from "./testing/office_house.ts";

/** What an operator sees and clicks, by its words. */
class Hands {
  constructor(readonly page: Page) {}

  async click(role: "button" | "link", name: string): Promise<void> {
    await this.page.getByRole(role, { name, exact: true }).click();
  }

  /** Opens a question and answers it. */
  async confirm(name: string): Promise<void> {
    await this.click("button", `${name}…`);
    await this.page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
  }

  async fill(label: string, value: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}

Deno.test({
  name: "an operator follows up: a buyer's order, a block, a message, a refund, the file of orders",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using house = await OfficeHouse.open();
    const { tickets } = await fillFollowUpShop(house.origin);
    house.origin.signIn("operator");
    const browser = await openBrowser();
    try {
      const visit = await OfficeVisit.begin(browser, { width: 1280, scheme: "light" });
      const { page } = visit;
      const hands = new Hands(page);
      await page.goto(`${house.url}/admin`);
      await findAndBlock(hands, tickets.ann);
      await replay(hands);
      // What a worker does all the time.
      await recordQueued(house.origin);
      await markRefund(hands);
      const file = await download(hands);
      await visit.close();

      assertEquals(file.charCodeAt(0), 0xfeff);
      const rows = file.slice(1).split("\r\n").slice(0, -1).map((line) => line.split(","));
      const column = (name: string) => rows[0]!.indexOf(name);
      const statusOf = (user: string) =>
        rows.filter((row) => row[column("user_id")] === user).map((row) => row[column("status")]);
      assertEquals(rows.length, 6, "headings, four orders and the replayed one");
      assertEquals(statusOf("ann"), ["cancelled"]);
      assertEquals(statusOf("cy"), ["refunded"]);
      assertEquals(statusOf("poison").sort(), ["refused", "unpaid"]);
      const bob = rows.find((row) => row[column("user_id")] === "bob")!;
      assertEquals([bob[column("amount_minor")], bob[column("amount")]], ["9900", "99.00"]);
      assertMatch(bob[column("created_at")]!, /^2026-06-01T10:00:00\.\d{3}Z$/);
    } finally {
      await browser.close();
    }
    assert((await house.origin.customers.getUser("ann")).blocked);
  },
});

/** A buyer calls with a ticket: it is found, cancelled for him, and he is blocked. */
async function findAndBlock(hands: Hands, ticket: string): Promise<void> {
  await hands.click("link", "Orders");
  await hands.fill("Ticket", ticket);
  await hands.click("button", "Show");
  await hands.sees("CN¥198.00");
  await hands.confirm("Cancel the order");
  await hands.sees("The order is cancelled.");
  await hands.sees("An operator cancelled it");
  await hands.click("link", "ann");
  await hands.confirm("Block");
  await hands.sees("Blocked. Every edge refuses this buyer");
  await hands.click("link", "Block list");
  await hands.page.getByRole("row", { name: /^ann User/ }).waitFor();
}

async function replay(hands: Hands): Promise<void> {
  await hands.click("link", "Messages");
  await hands.click("link", "Message 1");
  await hands.sees("key-of-poison");
  await hands.confirm("Replay");
  await hands.sees(/Replayed: the buyer has the new ticket/);
}

async function markRefund(hands: Hands): Promise<void> {
  await hands.click("link", "Refunds");
  await hands.sees("card expired");
  await hands.confirm("Given back by hand");
  await hands.sees("Written down: the money was given back by hand.");
  await hands.sees("Nothing is to be given back");
}

async function download(hands: Hands): Promise<string> {
  await hands.click("link", "Orders");
  const [file] = await Promise.all([
    hands.page.waitForEvent("download"),
    hands.click("link", "Download as CSV"),
  ]);
  assertMatch(file.suggestedFilename(), /^orders-\d{8}T\d{6}Z\.csv$/);
  return await Deno.readTextFile(await file.path());
}
