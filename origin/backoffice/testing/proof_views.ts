import type { OriginFixture } from "../../testing/origin_fixture.ts";
import type { OfficeView } from "./office_views.ts";
import type { Stage } from "./office_stages.ts";

const proofOf = ({ shop }: Stage) => `/sales/${shop!.saleId}/proof`;
const ofMany = (stage: Stage) => `${proofOf(stage)}?page=9`;

/** The sale of the stage `full` that was closed early: nothing but events stands in its clean-up's way. */
const CLOSED = 3;

/** Makes a proof of the sale, and waits for it. */
async function prove({ house: { origin }, shop }: Stage, full: boolean): Promise<void> {
  const made = await origin.admin("POST", `/sales/${shop!.saleId}/proofs`, { full });
  await origin.proving.proofMaker.made((await made.json()).proofId);
}

/** An order event of that sale which its shop may not have read. */
async function addYoungEvent({ db, now }: OriginFixture): Promise<void> {
  await db.execute(
    `INSERT INTO order_event (kind, sale_id, product_id, told, first_id, order_count, tickets,
       tallied, created_at) VALUES ('refunded', ?, 1, 1, 1, 1, '[]', 1, ?)`,
    [CLOSED, now],
  );
}

/** The proof of a sale and the clean-up after it. */
export const PROOF_VIEWS: OfficeView[] = [
  { name: "proof-none", stage: "full", path: proofOf, shows: ".empty" },
  {
    name: "proof-making",
    stage: "full",
    path: proofOf,
    prepare: async ({ house: { origin }, shop }) => {
      const begun = await origin.proofs.begin({
        saleId: shop!.saleId,
        full: false,
        final: false,
        publicKey: await origin.proving.proofMaker.publicKey(),
        madeBy: "the-operator",
      });
      if (begun.kind !== "begun") throw new Error(`no bundle: ${begun.kind}`);
      await origin.proofs.addPart(begun.bundle.id, 1, "", 2);
      return () => void origin.proofs.fail(begun.bundle.id, "The origin was stopped");
    },
    shows: ".making",
  },
  {
    name: "proof-broken",
    stage: "full",
    path: proofOf,
    prepare: async (stage) => {
      const { origin } = stage.house;
      const lower = (by: number) =>
        origin.db.execute("UPDATE sale_item SET stock = stock + ? WHERE sale_id = ?", [
          by,
          stage.shop!.saleId,
        ]);
      await lower(-3);
      await prove(stage, false);
      return () => void lower(3);
    },
    shows: ".note-box.bad",
  },
  {
    name: "proof-made",
    stage: "full",
    path: proofOf,
    prepare: async (stage) => {
      await prove(stage, false);
      await prove(stage, true);
      return () => {};
    },
    shows: "a[download]",
  },
  {
    name: "proof-away",
    stage: "full",
    path: proofOf,
    prepare: ({ house: { origin } }) => {
      origin.faults.ledger.error = new Error("It is away, as the test wants it");
      return () => {
        origin.faults.ledger.error = null;
      };
    },
    shows: ".note-box.warn",
  },
  {
    name: "proof-clean-up",
    stage: "full",
    path: `/sales/${CLOSED}/proof`,
    prepare: async ({ house: { origin } }) => {
      await addYoungEvent(origin);
      return () => void origin.db.execute("DELETE FROM order_event WHERE sale_id = ?", [CLOSED]);
    },
    act: async ({ page }) => {
      await page.getByRole("button", { name: "Clean up…" }).click();
    },
    shows: ".ask:popover-open",
  },
  {
    name: "proof-cleaned",
    stage: "full",
    path: `/sales/${CLOSED}/proof`,
    prepare: async ({ house: { origin } }) => {
      await origin.admin("POST", `/sales/${CLOSED}/clean-up`, { dropEvents: true });
      await origin.proving.cleanUps.idle(CLOSED);
      return () => {};
    },
    shows: ".badge.good",
  },
  { name: "proof-many", stage: "many", path: ofMany, shows: ".pager a" },
];
