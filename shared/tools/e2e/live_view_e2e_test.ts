import { assert, assertEquals } from "@std/assert";
import type { LiveFrame } from "../../../origin/live/live_frame.ts";
import { type LaunchedShop, withSystem } from "../launch/launched_shop.ts";
import { LiveCrowd } from "./live_crowd.ts";
import { call } from "./shop.ts";
import { waitFor } from "./system.ts";

/** Tries of the crowd at once. */
const PARALLEL = 16;

const FREE = { ratePerSecond: 1e9, burst: 1e9, userPerMinute: 1e9, ipPerMinute: 1e9 };

/** The live view of one origin. */
class Viewer {
  readonly frames: LiveFrame[] = [];
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(readonly originUrl: string, readonly token: string, readonly saleId: number) {}

  async now(): Promise<LiveFrame> {
    const url = `${this.originUrl}/admin/api/sales/${this.saleId}/live/now`;
    const { status, body } = await call("GET", url, { token: this.token });
    assertEquals(status, 200, JSON.stringify(body));
    return body;
  }

  /** Watches until it leaves. */
  async watch(): Promise<void> {
    const response = await fetch(`${this.originUrl}/admin/api/sales/${this.saleId}/live`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    assertEquals(response.status, 200);
    this.#reader = response.body!.getReader();
    this.#reading = this.#read(this.#reader);
  }

  async leave(): Promise<void> {
    await this.#reader?.cancel();
    await this.#reading;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += decoder.decode(chunk.value, { stream: true });
      const events = text.split("\n\n");
      text = events.pop()!;
      for (const event of events) {
        const data = /^id: \d+\nevent: frame\ndata: (.*)$/.exec(event)?.[1];
        if (data !== undefined) this.frames.push(JSON.parse(data));
      }
    }
  }
}

/** What came of a change: how long until the first buy on each edge that followed it. */
async function untilHeard(
  crowd: LiveCrowd,
  what: string,
  code: string,
  change: () => Promise<unknown>,
): Promise<string> {
  let answeredAt = Infinity;
  const firstAt = crowd.edgeUrls.map(() => Infinity);
  let others = 0;
  crowd.onAnswer = (answer) => {
    if (answer.at < answeredAt) return;
    if (answer.code === code) {
      firstAt[answer.edge] = Math.min(firstAt[answer.edge]!, answer.at);
    } else if (firstAt[answer.edge] === Infinity) others += 1;
  };
  await change();
  answeredAt = Date.now();
  await waitFor(`${what} on every edge`, async () => {
    await Promise.resolve();
    return firstAt.every((at) => at < Infinity) ? true : null;
  });
  crowd.onAnswer = () => {};
  const times = firstAt.map((at) => `${Math.max(0, at - answeredAt)} ms`);
  return `${what}: first followed by edge 1 after ${times.join(", by edge 2 after ")} ` +
    `(${others} buys before that heard as it was)`;
}

/** Runs `work` while new buyers try on both edges, about as fast as they are answered. */
async function underRush(crowd: LiveCrowd, work: () => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const begun = performance.now();
  const before = Object.values(crowd.heard).reduce((sum, count) => sum + count, 0);
  const rushing = crowd.rush(PARALLEL, stopping.signal);
  try {
    await work();
  } finally {
    stopping.abort();
    await rushing;
  }
  const after = Object.values(crowd.heard).reduce((sum, count) => sum + count, 0);
  const perSecond = (after - before) / ((performance.now() - begun) / 1_000);
  console.log(`  under ${Math.round(perSecond)} buys per second on ${crowd.edgeUrls.length} edges`);
}

/** The view of either origin tells exactly what the crowd was told. */
async function totalsAreExact(viewers: Viewer[], crowd: LiveCrowd): Promise<void> {
  for (const viewer of viewers) {
    let seen: Record<string, number> = {};
    await waitFor(`the totals at ${viewer.originUrl}`, async () => {
      seen = (await viewer.now()).totals.outcomes;
      const all = Object.values(seen).reduce((sum, count) => sum + count, 0);
      return all >= Object.values(crowd.heard).reduce((sum, count) => sum + count, 0) ? true : null;
    });
    assertEquals(seen, crowd.heard);
  }
  console.log(`  totals at ${viewers.length} origins: ${JSON.stringify(crowd.heard)}`);
}

async function follow({ system, shop }: LaunchedShop): Promise<void> {
  const sale = await shop.openSale(300);
  const crowd = new LiveCrowd(system.edgeUrls, sale);
  const { adminToken } = shop.system;
  const viewers = system.originUrls.map((url) => new Viewer(url, adminToken, sale.saleId));
  for (const viewer of viewers) {
    await waitFor("the origin to know the sale", async () => {
      const url = `${viewer.originUrl}/admin/api/sales/${sale.saleId}/live/now`;
      const { status } = await call("GET", url, { token: adminToken });
      return status === 200 ? true : null;
    });
    await viewer.watch();
  }
  await crowd.signIn(400, "walker");
  await crowd.walk(400, PARALLEL);
  assertEquals(crowd.count("reserved"), 300);
  await totalsAreExact(viewers, crowd);
  for (const viewer of viewers) {
    const last = () => viewer.frames.at(-1)!;
    await waitFor("all orders to be written, and everything to be well", async () => {
      await Promise.resolve();
      const { totals, perSecond, processes } = last();
      const well = processes.every(({ heard, ready, upToDate }) => heard && ready && upToDate);
      return well && totals.written === 300 && perSecond?.accepted === 0 ? true : null;
    });
    const { left, sold, stock, processes, origins, missing, queue } = last();
    assertEquals([left, sold, stock, missing], [0, 300, 300, []]);
    assertEquals([queue.messages, queue.drainS], [0, 0]);
    const kinds = processes.map(({ kind }) => kind);
    assertEquals(kinds, ["edge", "edge", "origin", "origin", "worker"]);
    assertEquals(origins.map(({ edges, healthy }) => [edges, healthy]), [[2, 2], [2, 2]]);
    // What all frames told together is what the crowd heard, but for the rounding of each.
    const sum = viewer.frames.reduce(
      (all, { perSecond, overS }) => all + (perSecond?.accepted ?? 0) * overS,
      0,
    );
    console.log(`  ${viewer.frames.length} frames told of ${sum.toFixed(1)} accepted buys of 300`);
    assert(Math.abs(sum - 300) < 3, `the frames told of ${sum} accepted buys`);
    const ids = viewer.frames.map(({ id }) => id);
    assertEquals(ids, ids.map((_, at) => ids[0]! + at), "no frame is missing");
    await viewer.leave();
  }
}

async function changeUnderLoad({ system, shop }: LaunchedShop): Promise<void> {
  const sale = await shop.openSale(1_000_000);
  const crowd = new LiveCrowd(system.edgeUrls, sale);
  await crowd.signIn(2_500, "limited");
  // The operator works at the origin that the edges do not ask.
  const admin = async (method: string, path: string, body: unknown) => {
    const url = `${system.originUrls[1]}/admin/api/sales/${sale.saleId}${path}`;
    const { status } = await call(method, url, { token: shop.system.adminToken, body });
    assertEquals(status, 200);
  };
  const patch = (limits: Record<string, number>) => () => admin("PATCH", "", { limits });
  const times: string[] = [];
  await underRush(crowd, async () => {
    await waitFor("the rush", () => Promise.resolve(crowd.count("reserved") > 100 ? true : null));
    const tight = { ratePerSecond: 1, burst: 1 };
    times.push(await untilHeard(crowd, "a tighter limit", "rate_limited", patch(tight)));
    times.push(await untilHeard(crowd, "a wider limit", "reserved", patch(FREE)));
  });
  console.log(times.map((line) => `  ${line}`).join("\n"));
  const viewers = system.originUrls.map((url) =>
    new Viewer(url, shop.system.adminToken, sale.saleId)
  );
  await totalsAreExact(viewers, crowd);
  const { totals } = await viewers[0]!.now();
  assertEquals(totals.limits.sale, crowd.count("rate_limited"));
}

async function topUpUnderLoad({ system, shop }: LaunchedShop): Promise<void> {
  const sale = await shop.openSale(50);
  const crowd = new LiveCrowd(system.edgeUrls, sale);
  await crowd.signIn(2_000, "late");
  const url = `${
    system.originUrls[1]
  }/admin/api/sales/${sale.saleId}/items/${sale.productId}/stock`;
  let told = "";
  await underRush(crowd, async () => {
    await waitFor(
      "both edges to be sold out",
      () => Promise.resolve(crowd.count("sold_out") > 100 ? true : null),
    );
    told = await untilHeard(crowd, "a top-up of a sold-out sale", "reserved", async () => {
      const topUp = { token: shop.system.adminToken, body: { delta: 1_000_000 } };
      const { status, body } = await call("POST", url, topUp);
      assertEquals([status, body.state], [200, "applied"]);
    });
  });
  console.log(`  ${told}`);
  const { body } = await shop.proofAtRest(sale.saleId);
  assertEquals([body.ok, body.unpaid], [true, crowd.count("reserved")]);
}

Deno.test("services: two origins show exactly what two edges told a crowd, and changes hold at once under load", async (t) => {
  await withSystem({ edge: 2, origin: 2, worker: 1 }, undefined, async (launched) => {
    await t.step("totals over both edges are exact at either origin", () => follow(launched));
    await t.step("a changed limit is in force on both edges", () => changeUnderLoad(launched));
    await t.step("a top-up reopens a sold-out sale on both edges", () => topUpUnderLoad(launched));
  });
});
