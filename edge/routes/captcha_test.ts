import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, drag, send, startCaptchaEdge, X } from "../captcha/testing/captcha_visit.ts";
import { findGap } from "../captcha/testing/gap_finder.ts";
import { PassSigner } from "../captcha/pass_signer.ts";
import { gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleSale } from "../testing/sample_sale.ts";

Deno.test("POST /api/captcha gives a puzzle and nothing of its answer", async () => {
  await using kit = await startCaptchaEdge();
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
  await using kit = await startCaptchaEdge();
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
  await using kit = await startCaptchaEdge();
  const token = await kit.signIn("ann");
  const cookie = `dropgate_session=${token}`;
  const from = (site: string) => send(kit, { headers: { cookie, "sec-fetch-site": site } });
  assertEquals(await gist(from("same-origin")), "201 undefined");
  assertEquals(await gist(from("cross-site")), "401 unauthenticated");
});

Deno.test("A solved slider gives a pass for this user and sale", async () => {
  await using kit = await startCaptchaEdge();
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
  await using kit = await startCaptchaEdge();
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
  await using kit = await startCaptchaEdge();
  let ann = "";
  const bob = await kit.signIn("bob");
  const texts = new Set<string>();
  const answer = async (id: string, body: unknown, token = ann) => {
    const response = await send(kit, { token, path: `/${id}`, body });
    texts.add(`${response.status} ${await response.text()}`);
  };
  // Somebody else each time, since whoever fails again and again has to rest.
  const fresh = async () => {
    ann = await kit.signIn(`ann-${texts.size}-${kit.timers.nowMs += 1}`);
    return (await ask(kit, ann)).challengeId;
  };
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
  await using kit = await startCaptchaEdge();
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

Deno.test("GET /metrics counts challenges, passes and failures", async () => {
  await using kit = await startCaptchaEdge();
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
