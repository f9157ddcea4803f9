import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseError } from "../../database/database.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { fillFollowUpShop } from "../testing/follow_up_shop.ts";
import { secondsText } from "./messages_page.tsx";

async function openOffice(role: "viewer" | "operator" = "operator") {
  const origin = await OriginFixture.open();
  const shop = await fillFollowUpShop(origin);
  origin.signIn(role);
  const html = async (path: string) => await (await origin.page(path)).text();
  return { origin, ...shop, html };
}

/** The sentence that the next page would say. */
function said(response: Response): string {
  return decodeURIComponent(response.headers.get("set-cookie") ?? "");
}

Deno.test("messages are listed by state, with what waits at one look", async () => {
  const { origin, messageId, tickets, html } = await openOffice();
  await using _ = origin;
  const parked = await html("/messages");
  assertStringIncludes(parked, `href="/admin/messages/${messageId}"`);
  assertStringIncludes(parked, tickets.poison);
  assertStringIncludes(parked, "Parked (1)");
  assertStringIncludes(await html("/messages?state=recorded"), "Hash of its text");
  assertStringIncludes(await html("/messages?state=pending"), "Nothing waits");
  assertStringIncludes(await html("/messages?state=replayed"), "Nothing was replayed yet");
  assertStringIncludes(await html("/messages?state=nonsense"), tickets.poison);
});

Deno.test("the page of messages tells what it can while the ledger is away", async () => {
  const { origin, html } = await openOffice();
  await using _ = origin;
  origin.faults.ledger.down = true;
  assertStringIncludes(await html("/messages"), "the ledger is away");
  const pending = await origin.page("/messages?state=pending");
  assertEquals(pending.status, 200);
  assertStringIncludes(await pending.text(), "The ledger is away, and with it what waits there.");
});

Deno.test("a parked message is shown readable, and an operator replays it once", async () => {
  const { origin, messageId, tickets, html } = await openOffice();
  await using _ = origin;
  const before = await html(`/messages/${messageId}`);
  for (const part of ["unwritable: no poison", "key-of-poison", tickets.poison, "Replay…"]) {
    assertStringIncludes(before, part);
  }
  const sent = await origin.page(`/messages/${messageId}/replay`, {});
  assertEquals(sent.headers.get("location"), `/admin/messages/${messageId}`);
  assertMatch(said(sent), /Replayed: the buyer has the new ticket 1-1-poison-\d+\./);
  const after = await html(`/messages/${messageId}`);
  assertStringIncludes(after, "New ticket");
  assert(!after.includes("Replay…"));
  assertMatch(said(await origin.page(`/messages/${messageId}/refuse`, {})), /Not done\. Cannot/);
});

Deno.test("a message that is refused says so, and one that nobody can read is shown as it came", async () => {
  const { origin, messageId, html } = await openOffice();
  await using _ = origin;
  assertMatch(
    said(await origin.page(`/messages/${messageId}/refuse`, {})),
    /Refused: nothing more/,
  );
  await origin.book.parkMessage("m-1", '<b>{"v":', "unreadable: it must be JSON");
  const { items: [whole] } = await origin.messages.listParked("parked", 1, 1);
  const shown = await html(`/messages/${whole!.id}`);
  assertStringIncludes(shown, "Nobody can read this text");
  assertStringIncludes(shown, "&lt;b&gt;{&quot;v&quot;:");
  assertStringIncludes(shown, "the whole message");
  const failed = said(await origin.page(`/messages/${whole!.id}/replay`, {}));
  assertMatch(failed, /Not done\./);
});

Deno.test("viewers are shown no button, and what is no message is not there", async () => {
  const { origin, messageId, html } = await openOffice("viewer");
  await using _ = origin;
  assert(!(await html(`/messages/${messageId}`)).includes("Replay…"));
  await origin.page(`/messages/${messageId}/replay`, {});
  assertEquals((await origin.messages.getParked(messageId))?.attempts, 0);
  for (const path of ["/messages/999", "/messages/x"]) {
    assertEquals((await origin.page(path)).status, 404, path);
  }
});

Deno.test("secondsText() tells an age in the largest unit that it has one of", () => {
  const ages = [0, 1_250, 59_999, 60_000, 3_600_000 * 5, 86_400_000 * 3].map(secondsText);
  assertEquals(ages, ["0.0 s", "1.3 s", "60.0 s", "1 min", "5 h", "3 d"]);
});

Deno.test("refunds are listed with their tries, tried again, and marked by hand", async () => {
  const { origin, paymentId, tickets, html } = await openOffice();
  await using _ = origin;
  const due = await html("/refunds");
  for (const part of [tickets.cy, "CN¥99.00", "1 so far", "card expired", "Try again now"]) {
    assertStringIncludes(due, part);
  }
  assertStringIncludes(await html("/refunds?state=applied"), tickets.bob);
  const again = await origin.page(`/refunds/${paymentId}/retry?state=refund_due`, {});
  assertEquals(again.headers.get("location"), "/admin/refunds?state=refund_due");
  assertMatch(said(again), /tried again at once/);
  assertMatch(said(await origin.page(`/refunds/${paymentId}/refunded`, {})), /given back by hand/);
  assertStringIncludes(await html("/refunds"), "Nothing is to be given back");
  assertStringIncludes(await html("/refunds?state=refunded"), tickets.cy);
  assertMatch(said(await origin.page(`/refunds/${paymentId}/refunded`, {})), /Nothing was changed/);
});

Deno.test("viewers see refunds and no button; without the database there is a page that says so", async () => {
  const { origin, paymentId, html } = await openOffice("viewer");
  await using _ = origin;
  const due = await html("/refunds");
  assert(due.includes("card expired") && !due.includes("Try again now"));
  await origin.page(`/refunds/${paymentId}/refunded`, {});
  assertEquals((await origin.payments.getPayment(paymentId))?.state, "refund_due");
  origin.faults.payments.error = new DatabaseError("unavailable", "away");
  assertEquals((await origin.page("/refunds")).status, 503);
});
