import { assertEquals, assertMatch } from "@std/assert";
import type { OriginDeps } from "../app.ts";
import { planItems } from "../rehearsal/rehearsal_plan.ts";
import { emptyReport } from "../rehearsal/rehearsal_report.ts";
import type { RehearsalWish } from "../rehearsal/rehearsals.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

const HOUR_MS = 3_600_000;

/** An origin with a draft, whose rehearsals are only written down. */
async function openShop(changes: Partial<OriginDeps> = {}) {
  const origin = await OriginFixture.open(changes);
  const { productId } = await (await origin.admin("POST", "/products", {
    name: "Kettle",
    price: 100,
    currency: "CNY",
  })).json();
  const plan = async (fromMs: number, publish = false) => {
    const { saleId } = await (await origin.admin("POST", "/sales", {
      title: "Spring",
      startsAt: new Date(origin.now + fromMs).toISOString(),
      endsAt: new Date(origin.now + fromMs + HOUR_MS).toISOString(),
      items: [{ productId, stock: 5 }],
    })).json();
    if (publish) await origin.admin("POST", `/sales/${saleId}/publish`);
    return saleId as number;
  };
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await origin.admin(method, path, body);
    return { status: response.status, body: await response.json() };
  };
  return { origin, plan, ask, saleId: await plan(HOUR_MS) };
}

/** Writes rehearsals down without running them. */
function noteOnly(wishes: RehearsalWish[], origin: () => OriginFixture) {
  return {
    start: async (wish: RehearsalWish) => {
      wishes.push(wish);
      const { sale, buyers, startedBy } = wish;
      const report = emptyReport(planItems(sale, buyers));
      const rehearsalId = await origin().rehearsalBook.begin(sale.saleId, startedBy, report);
      return rehearsalId === null
        ? { kind: "refused" as const, reason: "Another one runs" }
        : { kind: "started" as const, rehearsalId };
    },
  };
}

Deno.test("a rehearsal is started, listed and read by the sale that it is of", async () => {
  const wishes: RehearsalWish[] = [];
  let fixture: OriginFixture | null = null;
  const { origin, ask, saleId } = await openShop({ rehearsals: noteOnly(wishes, () => fixture!) });
  fixture = origin;
  await using _ = origin;
  const path = `/sales/${saleId}/rehearsals`;
  const { status, body } = await ask("POST", path, { buyers: 9 });
  assertEquals([status, body.state, body.step, body.buyers, body.isRemoved], [
    202,
    "running",
    "copy",
    9,
    false,
  ]);
  assertEquals([body.startedBy, body.createdAt, body.finishedAt, body.fault], [
    "ADMIN_TOKEN",
    new Date(origin.now).toISOString(),
    null,
    null,
  ]);
  assertEquals(body.items, [{ productId: 1, stock: 5, realStock: 5, wishes: 9 }]);
  assertEquals(wishes.map(({ buyers, force }) => [buyers, force]), [[9, false]]);
  const again = await ask("POST", path, { force: true });
  assertEquals([again.status, again.body.code, again.body.detail], [
    409,
    "conflict",
    "Another one runs",
  ]);
  const list = await ask("GET", `${path}?per=1`);
  assertEquals([list.body.total, list.body.items], [1, [body]]);
  assertEquals((await ask("GET", `${path}/${body.rehearsalId}`)).body, body);
  assertEquals((await ask("GET", `${path}/99`)).status, 404);
  const other = await ask("GET", `/sales/${saleId + 1}/rehearsals/${body.rehearsalId}`);
  assertEquals(other.status, 404, "of another sale");
  for (const wrong of [{ buyers: 0 }, { buyers: 20_001 }, { buyers: 1.5 }, { force: "yes" }]) {
    assertEquals((await ask("POST", path, wrong)).status, 400, JSON.stringify(wrong));
  }
});

Deno.test("a rehearsal whose process died says so", async () => {
  const { origin, ask, saleId } = await openShop();
  await using _ = origin;
  const report = emptyReport([]);
  const id = (await origin.rehearsalBook.begin(saleId, "mara", report))!;
  await origin.rehearsalBook.takeOver(id, origin.now);
  const { body } = await ask("GET", `/sales/${saleId}/rehearsals/${id}`);
  assertEquals([body.state, body.fault, body.isRemoved], [
    "failed",
    "The process that ran it ended",
    true,
  ]);
});

Deno.test("nobody rehearses while a sale is open or about to begin, unless he insists", async () => {
  const { origin, ask, plan, saleId } = await openShop();
  await using _ = origin;
  const refusal = async () => {
    const { status, body } = await ask("POST", `/sales/${saleId}/rehearsals`, {});
    return [status, body.code, body.detail];
  };
  await plan(11 * 60_000, true);
  origin.faults.queue.down = true;
  assertEquals(
    await refusal(),
    [409, "conflict", "The queue is away"],
    "eleven minutes are enough",
  );
  origin.faults.ledger.down = true;
  assertEquals((await refusal())[2], "The ledger is away");
  origin.now += 60_000;
  assertMatch(String((await refusal())[2]), /^Sale \d+ \(Spring\) starts within 10 minutes/);
  origin.now += 10 * 60_000;
  assertMatch(String((await refusal())[2]), /^Sale \d+ \(Spring\) is open/);
  origin.now += HOUR_MS;
  assertEquals((await refusal())[2], "The ledger is away", "it is over");
  const { total } = await origin.rehearsalBook.list(saleId, 1, 1);
  assertEquals(total, 0);
});
