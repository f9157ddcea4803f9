import type { Drill } from "./drill.ts";

const nothingBreaks: Drill = {
  name: "nothing-breaks",
  fault: "none: the crowd buys, pays and cancels",
  promise: "everything holds on a good day, so whatever another drill finds comes from its fault",
  plan: { stock: 1_500, buyers: 1_500 },
  takesS: 12,
  short: true,
  async inject(stage) {
    await stage.crowd.untilWon(500, 30_000);
    await stage.seen("orders are being written", async () => {
      const [row] = await stage.probe.sql<{ rows: number }>(
        "SELECT COUNT(*) AS `rows` FROM orders",
      );
      return (row?.rows ?? 0) >= 300;
    }, 30_000);
    stage.injected("nothing");
  },
};

const sellsOut: Drill = {
  name: "sells-out",
  fault: "three buyers for every piece",
  promise: "the whole stock is sold, and not one piece more; what is given back is sold again",
  plan: { stock: 400, buyers: 1_200, cancelling: 0.2 },
  takesS: 14,
  short: true,
  async inject(stage) {
    stage.injected("1,200 buyers for 400 pieces");
    await stage.seen(
      "nothing is left in the ledger",
      async () => Number(await stage.probe.redis(["HGET", stage.probe.key("meta"), "stock"])) === 0,
      30_000,
    );
    await stage.until("most buyers to be answered", async () => {
      const { answered } = await stage.crowd.view();
      return answered >= 1_150;
    }, 30_000);
    const { soldOut } = await stage.crowd.view();
    stage.expect("buyers hear that it is sold out", soldOut > 0);
  },
};

/** Drills of the drills: what they find is the fault of nobody. */
export const BASIC_DRILLS: readonly Drill[] = [nothingBreaks, sellsOut];
