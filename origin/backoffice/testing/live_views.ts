import type { Stage } from "./office_stages.ts";
import type { OfficeView } from "./office_views.ts";

const ofShop = ({ shop }: Stage) => `/sales/${shop!.saleId}/live`;

/** Sales of the stage `full` by their ids: closed early, a draft. */
const CLOSED = 3;
const DRAFT = 8;

/** A sale as it runs; with a crowd it is looked at where there is one. */
export const LIVE_VIEWS: OfficeView[] = [
  { name: "live-open", stage: "full", path: ofShop, shows: "[data-state=live]" },
  { name: "live-viewer", stage: "full", path: ofShop, role: "viewer", shows: ".note-box" },
  { name: "live-draft", stage: "full", path: `/sales/${DRAFT}/live`, shows: ".empty" },
  { name: "live-closed", stage: "full", path: `/sales/${CLOSED}/live`, shows: ".note-box" },
  {
    name: "live-error",
    stage: "full",
    path: ofShop,
    act: async ({ page }) => {
      await page.getByLabel("Tries per address and minute").fill("0");
      await page.getByRole("button", { name: "Change limits" }).click();
    },
    shows: ".error:not(:empty)",
  },
  {
    name: "live-away",
    stage: "full",
    path: ofShop,
    prepare: ({ house: { origin } }) => {
      origin.faults.queue.down = origin.faults.ledger.down = true;
      return () => {
        origin.faults.queue.down = origin.faults.ledger.down = false;
      };
    },
    shows: ".tile",
  },
];
