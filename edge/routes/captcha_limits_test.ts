import { assert, assertEquals } from "@std/assert";
import { findNumber } from "../../static/slider_sha256.js";
import { ask, quickKeys, send, startCaptchaEdge } from "../captcha/testing/captcha_visit.ts";
import { FIRST_REST_MS, FREE_FAILURES } from "../captcha/failure_rest.ts";
import { PassSigner } from "../captcha/pass_signer.ts";
import { gist, startEdge } from "../testing/edge_kit.ts";

Deno.test("Puzzles are limited by user, with the time to wait", async () => {
  await using kit = await startCaptchaEdge();
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
  await using kit = await startCaptchaEdge();
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

Deno.test("Whoever fails again and again rests before the next slider, and others do not", async () => {
  await using kit = await startCaptchaEdge();
  const token = await kit.signIn("ann");
  for (let count = 0; count <= FREE_FAILURES; count += 1) {
    const { challengeId } = await ask(kit, token);
    const response = send(kit, { token, path: `/${challengeId}`, body: { x: 1, track: [] } });
    assertEquals(await gist(response), "422 captcha_failed");
  }
  const refused = await send(kit, { token });
  assertEquals(refused.headers.get("retry-after"), String(FIRST_REST_MS / 1_000));
  assertEquals(await gist(refused), "429 rate_limited");
  assertEquals(await gist(send(kit, { token: await kit.signIn("bob") })), "201 undefined");
  kit.timers.nowMs += FIRST_REST_MS;
  assertEquals(await gist(send(kit, { token })), "201 undefined");
});

Deno.test("The quiet way gives a pass for waiting", async () => {
  await using kit = await startCaptchaEdge();
  const token = await kit.signIn("ann");
  const wait = await ask(kit, token, { saleId: 1, kind: "wait" });
  assertEquals(wait.waitMs, 20_000);
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
