import { assert, assertEquals, assertMatch } from "@std/assert";
import { MAX_WATCHERS } from "../live/live_desk.ts";
import { edgeReport } from "../live/testing/sample_reports.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";

/** Reads events of a stream one by one, as a browser does. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as never;
  }

  /** The next event's lines by their field; null at the end. */
  async next(): Promise<Record<string, string> | null> {
    while (!this.#text.includes("\n\n")) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#text += value;
    }
    const end = this.#text.indexOf("\n\n");
    const lines = this.#text.slice(0, end).split("\n");
    this.#text = this.#text.slice(end + 2);
    return Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }));
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("GET /sales/{id}/live/now tells stock, orders and what edges counted", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId, productId } = await fixture.openSale({ stock: 10 });
  await fixture.buy([saleId, productId, "ann", 2, "k1", 0]);
  const sale = {
    saleId,
    limits: { user: 3 },
    captcha: { asked: 5, solved: 2, failed: 2, spent: 1 },
  };
  const outcomes = { reserved: 4, processing: 1, known: 2, sold_out: 7, rate_limited: 3 };
  await fixture.reports.put(edgeReport("a", 1, outcomes, { sale }));

  // Who left in order is not missed, and what he counted still counts.
  const left = { ending: true, sale: { saleId } } as const;
  await fixture.reports.put(edgeReport("b", 9, { invalid: 1 }, left));

  const frame = await (await fixture.admin("GET", `/sales/${saleId}/live/now`)).json();
  assertEquals([frame.stock, frame.left, frame.sold], [10, 8, 0]);
  assertEquals(frame.items, [{ productId, name: "Kettle", stock: 10, left: 8, sold: 0 }]);
  const { accepted, known, refused } = frame.totals;
  assertEquals({ accepted, known, refused }, { accepted: 5, known: 2, refused: 11 });
  assertEquals(frame.totals.outcomes, { ...outcomes, invalid: 1 });
  assertEquals(frame.totals.limits, { user: 3, address: 0, sale: 0 });
  assertEquals(frame.queue.messages, 1);
  assertEquals(frame.perSecond, null, "there is nothing before the first frame");
  assertEquals([frame.state, frame.missing], ["open", []]);
  assertEquals(
    frame.processes.map(({ kind, heard }: { kind: string; heard: boolean }) => [
      kind,
      heard,
    ]),
    [["edge", true]],
  );
});

Deno.test("GET /sales/{id}/live/now tells what is missing and goes on with the rest", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  fixture.faults.ledger.down = true;
  fixture.faults.queue.down = true;
  fixture.faults.book.error = new Error("away");
  fixture.reports.list = () => Promise.reject(new Error("away"));
  const frame = await (await fixture.admin("GET", `/sales/${saleId}/live/now`)).json();
  assertEquals(frame.missing, ["reports", "ledger", "queue", "database"]);
  assertEquals([frame.left, frame.sold, frame.perSecond], [null, null, null]);
  assertEquals([frame.queue.messages, frame.outbox.messages], [null, null]);
});

Deno.test("GET /sales/{id}/live refuses drafts, what is not there, and strangers", async () => {
  await using fixture = await OriginFixture.open();
  const { productId } = await fixture.openSale();
  const draft = await (await fixture.admin("POST", "/sales", {
    title: "Draft",
    startsAt: new Date(fixture.now).toISOString(),
    endsAt: new Date(fixture.now + 1_000).toISOString(),
    items: [{ productId, stock: 1 }],
  })).json();
  for (const path of ["live", "live/now"]) {
    assertEquals((await fixture.admin("GET", `/sales/${draft.saleId}/${path}`)).status, 409);
    assertEquals((await fixture.admin("GET", `/sales/999/${path}`)).status, 404);
    assertEquals((await fixture.app.request(`/admin/api/sales/1/${path}`)).status, 401);
  }
  assertEquals(fixture.live.watcherCount, 0);
});

Deno.test("GET /sales/{id}/live sends history and frames until the process drains", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  const response = await fixture.admin("GET", `/sales/${saleId}/live`);
  assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
  assertEquals(response.headers.get("cache-control"), "no-store");
  const events = new EventReader(response.body!);
  assertEquals(await events.next(), { retry: "1000" });
  const history = await events.next();
  assertEquals(history!.event, "history");
  assertEquals(JSON.parse(history!.data!).at.length, 0);
  const ids: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    if (n > 0) await fixture.live.round();
    const frame = await events.next();
    assertEquals(frame!.event, "frame");
    assertEquals(JSON.parse(frame!.data!).saleId, saleId);
    ids.push(Number(frame!.id));
  }
  assertEquals(ids, [ids[0], ids[0]! + 1, ids[0]! + 2]);

  // Who comes later gets what charts need of before.
  const second = await fixture.admin("GET", `/sales/${saleId}/live`);
  const later = new EventReader(second.body!);
  await later.next();
  assert(JSON.parse((await later.next())!.data!).at.length >= 3);
  assertEquals(fixture.live.watcherCount, 2);

  fixture.live.drain();
  while (await events.next() !== null);
  while (await later.next() !== null);
  assertEquals(fixture.live.watcherCount, 0);
  assertEquals((await fixture.admin("GET", `/sales/${saleId}/live`)).status, 503);
});

Deno.test("GET /sales/{id}/live makes one frame for all who watch, and lets in a bounded number", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  let reads = 0;
  const { readItems } = fixture.book;
  fixture.book.readItems = (items) => {
    reads += 1;
    return readItems.call(fixture.book, items);
  };
  const bodies: ReadableStream<Uint8Array>[] = [];
  for (let n = 0; n < MAX_WATCHERS; n += 1) {
    bodies.push((await fixture.admin("GET", `/sales/${saleId}/live`)).body!);
  }
  const refused = await fixture.admin("GET", `/sales/${saleId}/live`);
  assertEquals([refused.status, (await refused.json()).code], [503, "busy"]);
  await fixture.live.round();
  const before = reads;
  await fixture.live.round();
  assertEquals(reads, before + 1);
  await bodies[0]!.cancel();
  assertEquals(fixture.live.watcherCount, MAX_WATCHERS - 1);
  const again = await fixture.admin("GET", `/sales/${saleId}/live`);
  assertEquals(again.status, 200);
  await Promise.all([...bodies.slice(1), again.body!].map((body) => body.cancel()));
  assertEquals(fixture.live.watcherCount, 0);
});

Deno.test("a watcher who does not read is let go, and the others go on", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  const asleep = await fixture.admin("GET", `/sales/${saleId}/live`);
  const awake = new EventReader((await fixture.admin("GET", `/sales/${saleId}/live`)).body!);
  for (let n = 0; n < 60; n += 1) {
    await fixture.live.round();
    await awake.next();
  }
  assertEquals(fixture.live.watcherCount, 1);
  await awake.cancel();
  await asleep.body!.cancel();
});

Deno.test("a client that closes its connection frees its watcher", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (
    request,
  ) => fixture.app.fetch(request));
  const url = `http://127.0.0.1:${server.addr.port}/admin/api/sales/${saleId}/live`;
  const leaving = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}` },
    signal: leaving.signal,
  });
  const events = new EventReader(response.body!);
  for (const name of [undefined, "history", "frame", "frame"]) {
    assertEquals((await events.next())!.event, name);
  }
  assertEquals(fixture.live.watcherCount, 1);
  leaving.abort();
  await events.next().catch(() => {});
  await until("the watcher to be gone", () => fixture.live.watcherCount === 0);
});

Deno.test("a stream ends within a few frames when its session does", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  const { id, cookie } = await fixture.session("viewer");
  const path = `/admin/api/sales/${saleId}/live`;
  const response = await fixture.app.request(path, { headers: { cookie } });
  const events = new EventReader(response.body!);
  const stays = new EventReader((await fixture.admin("GET", `/sales/${saleId}/live`)).body!);
  for (let n = 0; n < 12; n += 1) {
    await fixture.live.round();
    assert(await events.next() !== null);
  }
  await fixture.operatorBook.change(id, { disabled: true });
  for (let n = 0; n < 6; n += 1) await fixture.live.round();
  await until("the stream to end", () => fixture.live.watcherCount === 1);
  while (await events.next() !== null);
  assert(await stays.next() !== null);
  await stays.cancel();
});

Deno.test("a stream goes on while nobody can tell whether its session lives", async () => {
  await using fixture = await OriginFixture.open();
  const { saleId } = await fixture.openSale();
  const { cookie } = await fixture.session("viewer");
  const path = `/admin/api/sales/${saleId}/live`;
  const response = await fixture.app.request(path, { headers: { cookie } });
  let asked = 0;
  fixture.deps.operatorSessions.read = () => {
    asked += 1;
    return Promise.reject(new Error("away"));
  };
  const events = new EventReader(response.body!);
  for (let n = 0; n < 12; n += 1) {
    await fixture.live.round();
    assert(await events.next() !== null);
  }
  assert(asked >= 2 && asked <= 3, String(asked));
  assertEquals(fixture.live.watcherCount, 1);
  await events.cancel();
});
