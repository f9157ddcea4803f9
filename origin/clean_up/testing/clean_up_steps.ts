import { assert, assertEquals } from "@std/assert";
import type { CleanUpShop, SoldSale } from "./clean_up_shop.ts";

/** Registers a test that gets a shop of its own. */
export type CleanUpTest = (what: string, work: (office: CleanUpShop) => Promise<void>) => void;

const NOTHING = { inbox: 0, orderEvents: 0, expiredHolds: 0, barredBuyers: 0 };

/** Rows that are more than one step of removing takes. */
export async function addHolds(office: CleanUpShop, sales: SoldSale[], count = 600): Promise<void> {
  const { database, now } = office.shop;
  for (let at = 0; at < count; at += 1) {
    // Of both sales by turns, as they come in life.
    const rows = sales.map(({ saleId }) => [saleId, `user-${at}`, now]);
    await database.insertMany("barred_buyer", ["sale_id", "user_id", "created_at"], rows);
    await database.insertMany(
      "expired_hold",
      ["sale_id", "user_id", "created_at", "expired"],
      rows.map((row) => [...row, 1]),
    );
  }
}

/** Cleans up as a process that was just started; whatever happens in it is told, not thrown. */
export async function attempt(
  office: CleanUpShop,
  saleId: number,
  dropEvents = true,
): Promise<string | null> {
  const { cleanUps, proofMaker } = office.desk();
  try {
    const started = await cleanUps.begin(saleId, "ann", { dropEvents });
    if (started.kind !== "started") return JSON.stringify(started);
    await cleanUps.idle(saleId);
    return (await cleanUps.look(saleId))?.failure ?? null;
  } catch (error) {
    return String(error);
  } finally {
    await Promise.all([cleanUps.stop(), proofMaker.stop()]);
  }
}

/** The same, without anything in its way. */
export async function cleanUp(office: CleanUpShop, saleId: number): Promise<void> {
  assertEquals(await attempt(office, saleId), null);
}

/** Nothing of the sale is left but its record, and nobody sells in it any more. */
export async function assertClean(office: CleanUpShop, { saleId, item }: SoldSale): Promise<void> {
  const view = await office.desk().cleanUps.look(saleId);
  assertEquals([view?.state, view?.obstacles, view?.remains], ["clean", [], NOTHING]);
  const [state] = await office.shop.book.readItems([item]);
  assertEquals([state?.openEpoch, state?.ledgerEpoch === state?.epoch], [0, true]);
  for (const epoch of [1, 2, 3, state!.epoch]) {
    assertEquals(await office.ledger.readStock([{ item, epoch }]), [null]);
    assertEquals(await office.reserve({ item, epoch }, ["ann"]), { kind: "closed" });
  }
  assertEquals(await office.ledger.salvage({ item, epoch: 99 }), []);
  assert(office.closedRoutes.some((one) => one.item === item && one.epoch === state!.epoch));
}
