import { assertEquals, assertMatch } from "@std/assert";
import type { OriginDeps } from "../../app.ts";
import { planItems } from "../../rehearsal/rehearsal_plan.ts";
import { emptyReport } from "../../rehearsal/rehearsal_report.ts";
import type { RehearsalWish } from "../../rehearsal/rehearsals.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";

const flashOf = (answer: Response) => decodeURIComponent(answer.headers.get("set-cookie") ?? "");

/** An office of an operator with a draft. */
async function office(role: "viewer" | "operator" = "operator") {
  const wishes: RehearsalWish[] = [];
  const rehearsals: OriginDeps["rehearsals"] = {
    start: async (wish) => {
      wishes.push(wish);
      const report = emptyReport(planItems(wish.sale, wish.buyers));
      const id = await fixture.rehearsalBook.begin(wish.sale.saleId, wish.startedBy, report);
      return id === null
        ? { kind: "refused", reason: "Another rehearsal is running" }
        : { kind: "started", rehearsalId: id };
    },
  };
  const fixture = await OriginFixture.open({ rehearsals });
  fixture.signIn(role);
  const product = { name: "Kettle", price: 9_900, currency: "EUR" };
  const { productId } = await (await fixture.admin("POST", "/products", product)).json();
  const { saleId } = await (await fixture.admin("POST", "/sales", {
    title: "Spring",
    startsAt: new Date(fixture.now + 3_600_000).toISOString(),
    endsAt: new Date(fixture.now + 7_200_000).toISOString(),
    items: [{ productId, stock: 10 }],
  })).json();
  const path = `/sales/${saleId}/ready`;
  const text = async (path: string) => await (await fixture.page(path)).text();
  return { fixture, wishes, saleId, path, text };
}

Deno.test("the page tells what stands in the way, worst first, and what to do", async () => {
  const { fixture, path, text } = await office();
  await using _ = fixture;
  const fine = await text(path);
  assertMatch(fine, /Ready to publish/);
  assertMatch(fine, /Publish…/);
  assertMatch(fine, /Not rehearsed yet/);
  fixture.faults.queue.down = true;
  const red = await text(path);
  assertMatch(red, /One thing stands in the way/);
  assertMatch(red, /<li class="bad"><b>Queue and workers.*?See that RabbitMQ runs/s);
  assertEquals(red.indexOf("Queue and workers") < red.indexOf("Times"), true);
});

Deno.test("a rehearsal is begun from the page, which then shows how far it is", async () => {
  const { fixture, wishes, saleId, path, text } = await office();
  await using _ = fixture;
  const begun = await fixture.page(`/sales/${saleId}/rehearsals`, { buyers: "1,200" });
  assertEquals([begun.status, begun.headers.get("location")], [303, `/admin${path}/1`]);
  assertMatch(flashOf(begun), /has begun/);
  assertEquals(wishes.map(({ buyers, force, startedBy }) => [buyers, force, startedBy]), [
    [1_200, false, "the-operator"],
  ]);
  const running = await text(path);
  assertMatch(running, /data-busy/);
  assertMatch(running, /Copy the sale/);
  assertMatch(await text(`${path}/work`), /^<section id="work"/);
  const refused = await fixture.page(`/sales/${saleId}/rehearsals`, { buyers: "", force: "on" });
  assertMatch(flashOf(refused), /Another rehearsal is running\./);
  assertEquals([wishes[1]!.buyers, wishes[1]!.force], [undefined, true]);
  const one = await text(`${path}/1`);
  assertMatch(one, /Rehearsal of Spring/);
  assertMatch(await text(`${path}/1/work`), /^<div id="work"/);
  await fixture.rehearsalBook.takeOver(1, fixture.now);
  const over = await text(`${path}/1`);
  assertMatch(over, /The process that ran it ended\./);
  assertEquals(/data-busy/.test(over), false);
  assertMatch(await text(path), /Past rehearsals/);
});

Deno.test("a number of buyers that is none is refused with what to do", async () => {
  const { fixture, wishes, saleId } = await office();
  await using _ = fixture;
  for (const buyers of ["many", "-1", "1.5"]) {
    const answer = await fixture.page(`/sales/${saleId}/rehearsals`, { buyers });
    assertMatch(flashOf(answer), /whole number from 1 to 20,000/, buyers);
  }
  const beyond = await fixture.page(`/sales/${saleId}/rehearsals`, { buyers: "20001" });
  assertMatch(flashOf(beyond), /failed/);
  assertEquals(wishes, []);
});

Deno.test("a viewer sees the list and the rehearsals, and no button", async () => {
  const { fixture, saleId, path, text } = await office("viewer");
  await using _ = fixture;
  const page = await text(path);
  assertMatch(page, /Ready to publish/);
  assertEquals([/Publish…/.test(page), />Rehearse</.test(page)], [false, false]);
  const refused = await fixture.page(`/sales/${saleId}/rehearsals`, {});
  assertMatch(flashOf(refused), /needs the role operator/);
});
