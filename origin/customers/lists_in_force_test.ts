import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SnapshotLists } from "../../shared/internal_api.ts";
import type { CustomerLists } from "./customer_book.ts";
import { ListsInForce } from "./lists_in_force.ts";

function lists() {
  const state = {
    lists: { version: 1, blockedUsers: ["ann"], blockedCidrs: [], users: [] } as CustomerLists,
    holds: [] as SnapshotLists["expiredHolds"],
    away: false,
    loads: 0,
  };
  const answer = <T>(value: T) =>
    state.away ? Promise.reject(new Error("away")) : Promise.resolve(value);
  const inForce = new ListsInForce({
    customers: {
      version: () => answer(state.lists.version),
      lists() {
        state.loads += 1;
        return answer(state.lists);
      },
    },
    holds: {
      refresh: () => answer(undefined),
      current: () => state.holds,
    },
  });
  return { state, inForce };
}

Deno.test("ListsInForce reads the lists only when their version changed", async () => {
  const { state, inForce } = lists();
  assertEquals(inForce.current(), null);
  await inForce.refresh();
  const first = inForce.current();
  assertEquals(first?.blockedUsers, ["ann"]);
  await inForce.refresh();
  await inForce.refreshHolds();
  assertEquals([state.loads, inForce.current() === first], [1, true]);
  state.lists = { ...state.lists, version: 2, blockedUsers: [] };
  await inForce.refresh();
  assertEquals([state.loads, inForce.current()?.blockedUsers], [2, []]);
  assert(inForce.current()?.version !== first?.version);
});

Deno.test("ListsInForce has a new version when a count of expired holds changed", async () => {
  const { state, inForce } = lists();
  state.holds = [[1, "ann", 1]];
  await inForce.refreshHolds();
  assertEquals(inForce.current(), null, "nothing is told before the lists were read");
  await inForce.refresh();
  const versions = [inForce.current()?.version];
  assertEquals(inForce.current()?.expiredHolds, [[1, "ann", 1]]);
  for (const holds of [[[1, "ann", 2]], [[1, "bob", 1], [1, "ann", 2]], []] as const) {
    state.holds = holds.map(([saleId, userId, count]) => [saleId, userId, count]);
    await inForce.refreshHolds();
    assertEquals(inForce.current()?.expiredHolds, state.holds);
    versions.push(inForce.current()?.version);
  }
  assertEquals(new Set(versions).size, 4);
});

Deno.test("ListsInForce tells those who know the customers only what expired", async () => {
  const { state, inForce } = lists();
  assertEquals(inForce.since(undefined), null);
  await inForce.refresh();
  const first = inForce.current()!;
  assertEquals([inForce.since(first.version), inForce.since(""), inForce.since(undefined)], [
    null,
    first,
    first,
  ]);
  state.holds = [[1, "ann.b", 1]];
  await inForce.refreshHolds();
  const second = inForce.current()!;
  assertEquals(inForce.since(first.version), {
    version: second.version,
    expiredHolds: [[1, "ann.b", 1]],
  });
  assertEquals(inForce.since("7.0"), second, "another origin's, from another state");
  state.lists = { ...state.lists, version: 2 };
  await inForce.refresh();
  assertEquals(inForce.since(second.version), inForce.current());
});

Deno.test("ListsInForce keeps what it knows while the database is away", async () => {
  const { state, inForce } = lists();
  await inForce.refresh();
  state.away = true;
  await assertRejects(() => inForce.refresh(), Error, "away");
  await assertRejects(() => inForce.refreshHolds(), Error, "away");
  assertEquals(inForce.current()?.blockedUsers, ["ann"]);
  state.away = false;
  state.lists = { ...state.lists, version: 2, blockedUsers: ["bob"] };
  await inForce.refresh();
  assertEquals(inForce.current()?.blockedUsers, ["bob"]);
});

Deno.test("ListsInForce begins a read after whoever asks for it", async () => {
  const { state, inForce } = lists();
  const early = inForce.refresh();
  state.lists = { ...state.lists, version: 2, blockedUsers: ["bob"] };
  await inForce.refresh();
  await early;
  assertEquals(inForce.current()?.blockedUsers, ["bob"]);
});
