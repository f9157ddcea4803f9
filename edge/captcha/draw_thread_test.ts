import { assertEquals, assertStringIncludes } from "@std/assert";
import { startDrawThread } from "./draw_thread.ts";

Deno.test("The thread that draws says when it ends by an error", async () => {
  const ended = Promise.withResolvers<string>();
  const drawer = startDrawThread({ onPuzzle: () => {}, onEnd: ended.resolve });
  drawer.draw(0.5);
  assertStringIncludes(await ended.promise, "whole number");
  drawer.close();
});

Deno.test("The thread that draws needs no permission but the edge's own", async () => {
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${path("../../deno.json")}`,
      "-P=edge",
      path("testing/draw_one.ts"),
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  assertEquals(text, "data:image/png;base64,iVBORw0K", new TextDecoder().decode(stderr));
});
