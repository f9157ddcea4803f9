import { assertEquals } from "@std/assert";
import { SnapshotDesk } from "./sale_snapshot.ts";

/** A desk over a registry that says what the test wants. */
function deskOf() {
  const at = { now: 1_000, version: 7, loadedAt: 1_000 };
  const desk = new SnapshotDesk({
    registry: { current: () => ({ version: at.version, loadedAt: at.loadedAt, sales: [] }) },
    liveStock: { read: () => Promise.resolve([]) },
    lists: {
      current: () => ({
        version: "1",
        users: [],
        blockedUsers: [],
        blockedCidrs: [],

        expiredHolds: [],
      }),
      since: () => null,
    },
    productIds: { current: () => null },
    soldOut: { with: () => [] },
    clock: () => at.now,
  });
  /** True when an edge with that version is told the sales. */
  const tells = async (have?: string) => (await desk.take({ have }))?.sales !== undefined;
  return { at, tells };
}

Deno.test("SnapshotDesk.take() tells sales to an edge that has others", async () => {
  const { tells } = deskOf();
  assertEquals([await tells(), await tells(""), await tells("6")], [true, true, true]);
  assertEquals(await tells("7"), false);
});

Deno.test("SnapshotDesk.take() never takes an edge back to what was before a change", async () => {
  const { at, tells } = deskOf();
  assertEquals(await tells("8"), false);
  at.now += 300;
  at.loadedAt = at.now;
  assertEquals(await tells("8"), false, "read again, and the change was not visible yet");
  Object.assign(at, { now: at.now + 300, loadedAt: at.now + 300, version: 8 });
  assertEquals([await tells("7"), await tells("8")], [true, false]);
});

Deno.test("SnapshotDesk.take() believes a database that stays at the lower version", async () => {
  const { at, tells } = deskOf();
  assertEquals(await tells("90"), false);
  at.now += 60_000;
  assertEquals(await tells("90"), false, "it was not asked since");
  at.loadedAt = at.now;
  assertEquals(await tells("90"), true, "a backup was restored");
});
