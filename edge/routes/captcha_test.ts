import { assert, assertEquals, assertMatch } from "@std/assert";
import { PassSigner } from "../captcha/pass_signer.ts";
import type { DrawerEvents } from "../captcha/draw_thread.ts";
import { Dice } from "../captcha/art/dice.ts";
import { humanTrack } from "../captcha/testing/human_tracks.ts";
import { keyTrack } from "../captcha/testing/key_tracks.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleSale } from "../testing/sample_sale.ts";
import { findGap } from "../captcha/testing/gap_finder.ts";

/** Where the piece of every puzzle of these tests belongs. */
const X = 150;

/** Draws at once, and never anything else. */
function instantDrawer({ onPuzzle }: DrawerEvents) {
  const puzzle = {
    width: 320,
    height: 160,
    pieceWidth: 50,
    pieceHeight: 50,
    pieceY: 33,
    x: X,
    background: "data:image/png;base64,AAAA",
    piece: "data:image/png;base64,BBBB",
  };
  return {
    draw: (count: number) => {
      for (let at = 0; at < count; at += 1) queueMicrotask(() => onPuzzle(puzzle));
    },
    close: () => {},
  };
}

const start = () => startEdge({ startDrawer: instantDrawer });

interface Asking {
  token?: string;
  body?: unknown;
  path?: string;
  peer?: string;
  headers?: Record<string, string>;
}

function send(kit: EdgeKit, { token, body, path = "", peer = "127.0.0.1", headers }: Asking) {
  const request = new Request(`http://localhost/api/captcha${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body ?? { saleId: 1 }),
  });
  return Promise.resolve(kit.edge.handle(request, peer));
}

let seed = 0;

/** What a person sends who puts the piece at `x`; the clock goes on as if he had taken his time. */
function drag(kit: EdgeKit, x = X) {
  const track = humanTrack(new Dice([seed += 1, 3, 5, 8]), x, "mouse");
  kit.timers.nowMs += Math.ceil(track.at(-1)![0]) + 1_000;
  return { x: track.at(-1)![1], track };
}

/** What somebody sends who is quick with the arrow keys. */
function quickKeys() {
  while (true) {
    const track = keyTrack(new Dice([seed += 1, 1, 1, 1]), X);
    if (track.at(-1)![0] < 3_000) return track;
  }
}

async function ask(kit: EdgeKit, token: string, body: unknown = { saleId: 1 }) {
  const response = await send(kit, { token, body });
  assertEquals(response.status, 201);
  return await response.json();
}

Deno.test("POST /api/captcha gives a puzzle and nothing of its answer", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const puzzle = await ask(kit, token);
  assertMatch(puzzle.challengeId, /^m[A-Za-z0-9_-]{22}$/);
  assertEquals({ ...puzzle, challengeId: "" }, {
    challengeId: "",
    width: 320,
    height: 160,
    pieceWidth: 50,
    pieceHeight: 50,
    pieceY: 33,
    background: "data:image/png;base64,AAAA",
    piece: "data:image/png;base64,BBBB",
    expiresAt: new Date(SAMPLE_NOW_MS + 120_000).toISOString(),
  });
});

Deno.test("POST /api/captcha is for signed-in buyers of a sale that is not over", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const soon = { startsAt: SAMPLE_NOW_MS + 60_000, endsAt: SAMPLE_NOW_MS + 120_000 };
  kit.origin.publish(sampleSale(2, soon));
  kit.origin.publish(sampleSale(3, { endsAt: SAMPLE_NOW_MS }));
  kit.origin.publish(sampleSale(4, { closed: true }));
  await kit.refresh();
  assertEquals(await gist(send(kit, {})), "401 unauthenticated");
  assertEquals(await gist(send(kit, { token: "x" })), "401 unauthenticated");
  assertEquals(await gist(send(kit, { token, body: { saleId: 9 } })), "404 unknown_item");
  assertEquals(await gist(send(kit, { token, body: { saleId: 2 } })), "201 undefined");
  assertEquals(await gist(send(kit, { token, body: { saleId: 3 } })), "410 ended");
  assertEquals(await gist(send(kit, { token, body: { saleId: 4 } })), "410 ended");
  for (const body of ["", "{", "[]", "null", "{}", '{"saleId":"1"}', '{"saleId":0}']) {
    assertEquals(await gist(send(kit, { token, body })), "400 invalid", body);
  }
  assertEquals(await gist(send(kit, { token, body: { saleId: 1, kind: "x" } })), "400 invalid");
  assertEquals(await gist(send(kit, { token, body: " ".repeat(20_000) })), "413 too_large");
});

Deno.test("POST /api/captcha takes a cookie from our own pages only", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const cookie = `dropgate_session=${token}`;
  const from = (site: string) => send(kit, { headers: { cookie, "sec-fetch-site": site } });
  assertEquals(await gist(from("same-origin")), "201 undefined");
  assertEquals(await gist(from("cross-site")), "401 unauthenticated");
});

Deno.test("A solved slider gives a pass for this user and sale", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const { challengeId } = await ask(kit, token);
  const answer = drag(kit);
  const response = await send(kit, { token, path: `/${challengeId}`, body: answer });
  const { pass, expiresAt } = await response.json();
  assertEquals(response.status, 200);
  const nowMs = kit.timers.nowMs;
  assertEquals(expiresAt, new Date(nowMs + 120_000).toISOString());
  const signer = new PassSigner("session-key-of-the-tests");
  assertEquals(signer.read(pass, "ann", 1, nowMs)?.expiresAt, nowMs + 120_000);
});

Deno.test("A challenge takes one try, right or wrong", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const right = (await ask(kit, token)).challengeId;
  const wrong = (await ask(kit, token)).challengeId;
  const answer = (id: string, body: unknown) => gist(send(kit, { token, path: `/${id}`, body }));
  assertEquals(await answer(wrong, drag(kit, X + 9)), "422 captcha_failed");
  assertEquals(await answer(wrong, drag(kit)), "422 captcha_failed");
  assertEquals(await answer(right, drag(kit)), "200 undefined");
  assertEquals(await answer(right, drag(kit)), "422 captcha_failed");
});

Deno.test("Every failure of the slider says the same", async () => {
  await using kit = await start();
  const [ann, bob] = [await kit.signIn("ann"), await kit.signIn("bob")];
  const texts = new Set<string>();
  const answer = async (id: string, body: unknown, token = ann) => {
    const response = await send(kit, { token, path: `/${id}`, body });
    texts.add(`${response.status} ${await response.text()}`);
  };
  const fresh = async () => (await ask(kit, ann)).challengeId;
  await answer(await fresh(), drag(kit, X - 30));
  await answer(await fresh(), { x: X, track: [] });
  await answer(await fresh(), { x: X, track: [[0, 0, 0], [900, X, 1]] });
  await answer(await fresh(), drag(kit), bob);
  await answer("m" + "A".repeat(22), drag(kit));
  await answer("no-such-thing", drag(kit));
  await answer(await fresh(), { solutions: [1] });
  const late = await fresh();
  kit.timers.nowMs += 120_000;
  await answer(late, drag(kit));
  assertEquals([...texts].length, 1);
  assert([...texts][0]!.startsWith("422 "), [...texts][0]);
});

Deno.test("POST /api/captcha/:challengeId is 400 for what is no answer", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const { challengeId } = await ask(kit, token);
  const bad = [
    "",
    "[]",
    "{}",
    '{"x":1}',
    '{"x":"1","track":[]}',
    '{"x":1,"track":[[1,2]]}',
    '{"x":1,"track":[[1,2,"3"]]}',
    '{"x":1,"track":[[-1,2,3]]}',
    '{"x":1,"track":[[1,2,3,4]]}',
    '{"x":1,"track":{}}',
    '{"x":1e99,"track":[]}',
    '{"x":1,"track":[],"input":"voice"}',
    '{"solutions":["1"]}',
    '{"solutions":7}',
  ];
  for (const body of bad) {
    const response = send(kit, { token, path: `/${challengeId}`, body });
    assertEquals(await gist(response), "400 invalid", body);
  }
  const good = drag(kit);
  assertEquals(
    await gist(send(kit, { path: `/${challengeId}`, body: good })),
    "401 unauthenticated",
  );
  const answer = drag(kit);
  assertEquals(
    await gist(send(kit, { token, path: `/${challengeId}`, body: answer })),
    "200 undefined",
  );
});

Deno.test("Puzzles are limited by user, with the time to wait", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  for (let count = 0; count < 12; count += 1) await ask(kit, token);
  const response = await send(kit, { token });
  assertEquals(response.headers.get("retry-after"), "5");
  assertEquals(await gist(response), "429 rate_limited");
  assertEquals(await gist(send(kit, { token: await kit.signIn("bob") })), "201 undefined");
  kit.timers.nowMs += 5_000;
  assertEquals(await gist(send(kit, { token })), "201 undefined");
});

Deno.test("Answers by keyboard are taken a few times, and a limited one keeps its challenge", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const codes: string[] = [];
  const type = (challengeId: string) => {
    const track = quickKeys();
    kit.timers.nowMs += Math.ceil(track.at(-1)![0]) + 500;
    const body = { x: track.at(-1)![1], track, input: "keyboard" };
    return gist(send(kit, { token, path: `/${challengeId}`, body }));
  };
  let challengeId = "";
  for (let count = 0; count < 12 && codes.at(-1) !== "429 rate_limited"; count += 1) {
    ({ challengeId } = await ask(kit, token));
    codes.push(await type(challengeId));
  }
  assertEquals(codes.at(-1), "429 rate_limited");
  assert(codes.length >= 7 && codes.length <= 9, codes.join());
  kit.timers.nowMs += 20_000;
  assertEquals(await type(challengeId), "200 undefined");
});

Deno.test("The quiet way gives a pass for waiting", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const wait = await ask(kit, token, { saleId: 1, kind: "wait" });
  assertEquals(wait.waitMs, 20_000);
  const { findNumber } = await import("../../static/slider_sha256.js");
  const { salt, count, bits } = wait.work;
  const solutions = Array.from({ length: count }, (_, at) => findNumber(salt, at, bits));
  const path = `/${wait.challengeId}`;
  const early = await send(kit, { token, path, body: { solutions } });
  assertEquals(early.headers.get("retry-after"), "20");
  assertEquals(await gist(early), "429 rate_limited");
  kit.timers.nowMs += 20_000;
  const response = await send(kit, { token, path, body: { solutions } });
  assertEquals(response.status, 200);
  const { pass } = await response.json();
  const signer = new PassSigner("session-key-of-the-tests");
  assert(signer.read(pass, "ann", 1, kit.timers.nowMs));
});

Deno.test("POST /api/captcha is 503 busy when no puzzle is drawn in time", async () => {
  await using kit = await startEdge({
    startDrawer: () => ({ draw: () => {}, close: () => {} }),
  });
  const token = await kit.signIn("ann");
  const waiting = send(kit, { token });
  await kit.timers.advance(1_000);
  assertEquals(await gist(waiting), "503 busy");
});

Deno.test("GET /metrics counts challenges, passes and failures", async () => {
  await using kit = await start();
  const token = await kit.signIn("ann");
  const { challengeId } = await ask(kit, token);
  const answer = drag(kit);
  for (let count = 0; count < 2; count += 1) {
    await (await send(kit, { token, path: `/${challengeId}`, body: answer })).body?.cancel();
  }
  const text = await (await kit.edge.app.request("/metrics")).text();
  for (
    const line of [
      'dropgate_edge_captcha_challenges_total{kind="slider"} 1',
      'dropgate_edge_captcha_solved_total{input="pointer"} 1',
      'dropgate_edge_captcha_failed_total{fault="unknown challenge"} 1',
    ]
  ) assert(text.includes(line), line);
  assertMatch(text, /dropgate_edge_captcha_puzzles_ready \d+/);
});

Deno.test("A puzzle of the real thread is solved and its pass opens the way to a piece", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(5, { captcha: "always" }));
  await kit.refresh();
  const token = await kit.signIn("ann");
  const puzzle = await ask(kit, token, { saleId: 5 });
  const bytes = (url: string) => Uint8Array.fromBase64(url.split(",")[1]!);
  const { pieceY } = puzzle;
  const seen = { background: bytes(puzzle.background), piece: bytes(puzzle.piece), pieceY };
  const body = drag(kit, findGap(seen, "all"));
  const response = await send(kit, { token, path: `/${puzzle.challengeId}`, body });
  const { pass } = await response.json();
  assertEquals(response.status, 200);
  const buy = (headers: Record<string, string>) => gist(kit.buy({ token, saleId: 5, headers }));
  assertEquals(await buy({}), "428 captcha_required");
  assertEquals(await buy({ "x-captcha-pass": pass }), "201 reserved");
});
