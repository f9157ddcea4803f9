import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { DEADLINE_HEADER } from "../../shared/internal_api.ts";
import { answerInTime } from "./answer_in_time.ts";

/** An app with one route that answers when a test says so. */
function makeApp() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const app = new Hono();
  app.use("*", answerInTime());
  app.get("/slow", async (c) => {
    await promise;
    return c.text("late");
  });
  app.get("/fast", (c) => c.text("in time"));
  app.get("/broken", () => {
    throw new Error("broken");
  });
  app.onError((error, c) => c.text(error.message, 500));
  const ask = (path: string, deadline?: string) =>
    app.request(path, deadline === undefined ? {} : { headers: { [DEADLINE_HEADER]: deadline } });
  return { ask, finish: resolve };
}

Deno.test("answerInTime() says 503 when the caller's time is over", async () => {
  const { ask, finish } = makeApp();
  const answer = await ask("/slow", "1");
  assertEquals([answer.status, (await answer.json()).code], [503, "unavailable"]);
  finish();
  assertEquals(await (await ask("/slow", "5000")).text(), "late");
});

Deno.test("answerInTime() leaves everything else as it is", async () => {
  const { ask, finish } = makeApp();
  assertEquals(await (await ask("/fast", "5000")).text(), "in time");
  const broken = await ask("/broken", "5000");
  assertEquals([broken.status, await broken.text()], [500, "broken"]);
  for (const deadline of [undefined, "", "0", "-1", "1e3", "soon", "9".repeat(20)]) {
    const asked = ask("/slow", deadline);
    finish();
    assertEquals(await (await asked).text(), "late", deadline);
  }
});
