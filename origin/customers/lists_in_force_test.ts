import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SnapshotLists } from "../../shared/internal_api.ts";
import type { CustomerLists } from "./customer_book.ts";
import { LISTS_PAUSE_MS, ListsInForce, OLDER_AFTER_MS } from "./lists_in_force.ts";

function lists() {
  const state = {
    lists: { version: 1, blockedUsers: ["ann"], blockedCidrs: [], users: [] } as CustomerLists,
    holds: [] as SnapshotLists["expiredHolds"],
    away: false,
    loads: 0,
    now: 1_800_000_000_000,
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
    clock: () => state.now,
  });
  /** Changes the lists, a while after the last change. */
  const change = (changes: Partial<CustomerLists>) => {
    state.now += LISTS_PAUSE_MS;
    state.lists = { ...state.lists, version: state.lists.version + 1, ...changes };
  };
  return { state, inForce, change };
}

Deno.test("ListsInForce reads the lists only when their version changed", async () => {
  const { state, inForce, change } = lists();
  assertEquals(inForce.current(), null);
  await inForce.refresh();
  const first = inForce.current();
  assertEquals(first?.blockedUsers, ["ann"]);
  await inForce.refresh();
  await inForce.refreshHolds();
  assertEquals([state.loads, inForce.current() === first], [1, true]);
  change({ blockedUsers: [] });
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
  const { state, inForce, change } = lists();
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
  assertEquals(inForce.since("0.0"), second);
  change({});
  await inForce.refresh();
  assertEquals(inForce.since(second.version), inForce.current());
});

Deno.test("ListsInForce keeps what it knows while the database is away", async () => {
  const { state, inForce, change } = lists();
  await inForce.refresh();
  state.away = true;
  await assertRejects(() => inForce.refresh(), Error, "away");
  await assertRejects(() => inForce.refreshHolds(), Error, "away");
  assertEquals(inForce.current()?.blockedUsers, ["ann"]);
  state.away = false;
  change({ blockedUsers: ["bob"] });
  await inForce.refresh();
  assertEquals(inForce.current()?.blockedUsers, ["bob"]);
});

Deno.test("ListsInForce begins a read after whoever asks for it, one for all who wait", async () => {
  const { state, inForce, change } = lists();
  await inForce.refresh();
  change({ blockedUsers: ["bob"] });
  const early = inForce.refresh();
  // By now that read has asked for the version, or was about to.
  await Promise.resolve();
  change({ blockedUsers: ["cid"] });
  const late = Array.from({ length: 1_000 }, () => inForce.refresh());
  await Promise.all([early, ...late]);
  state.now += LISTS_PAUSE_MS;
  await inForce.refresh();
  assertEquals(inForce.current()?.blockedUsers, ["cid"]);
  assert(state.loads <= 3, String(state.loads));
});

Deno.test("ListsInForce reads the lists a few times a second, however many changes come", async () => {
  const { state, inForce } = lists();
  await inForce.refresh();
  state.loads = 0;
  const begunMs = state.now;
  for (let at = 1; at <= 1_000; at += 1) {
    state.now = begunMs + 2 * at;
    state.lists = { ...state.lists, version: 1 + at, blockedUsers: [`user-${at}`] };
    await inForce.refresh();
  }
  assertEquals(state.loads, Math.floor(2_000 / LISTS_PAUSE_MS));
  state.now += LISTS_PAUSE_MS;
  await inForce.refresh();
  assertEquals(inForce.current()?.blockedUsers, ["user-1000"]);
  // A change that comes after a rest is read at once, also by a clock that was set back.
  for (const restMs of [LISTS_PAUSE_MS, -3_600_000]) {
    state.now += restMs;
    const version = state.lists.version + 1;
    state.lists = { ...state.lists, version, blockedUsers: [`of-${version}`] };
    await inForce.refresh();
    assertEquals(inForce.current()?.blockedUsers, [`of-${version}`]);
  }
});

Deno.test("ListsInForce tells nobody older lists than his while it may lag behind", async () => {
  const { state, inForce, change } = lists();
  await inForce.refresh();
  const first = inForce.current()!;
  assertEquals(inForce.since("2.0"), null);
  assertEquals(inForce.since("0.0"), first, "whoever has lower ones");
  assertEquals(inForce.since("no number"), first);
  // The change that the caller knew.
  change({ blockedUsers: ["ann", "bob"] });
  await inForce.refresh();
  assertEquals(inForce.since("2.0"), null, "the same");
  assertEquals(inForce.since(first.version)?.blockedUsers, ["ann", "bob"]);
  // A restored database stays at the lower number.
  state.now += 60_000;
  assertEquals(inForce.since("7.0"), null);
  state.now += OLDER_AFTER_MS - 1;
  await inForce.refresh();
  assertEquals(inForce.since("7.0"), null);
  state.now += 1;
  assertEquals(inForce.since("7.0"), null, "the database has not said so again");
  state.away = true;
  await assertRejects(() => inForce.refresh(), Error, "away");
  assertEquals(inForce.since("7.0"), null);
  state.away = false;
  await inForce.refresh();
  assertEquals(inForce.since("7.0"), inForce.current());
  // From then on anew.
  change({});
  await inForce.refresh();
  assertEquals(inForce.since("8.0"), null);
});
