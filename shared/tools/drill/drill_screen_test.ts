import { assertEquals } from "@std/assert";
import { DrillScreen } from "./drill_screen.ts";

function makeScreen(isTerminal: boolean) {
  let written = "";
  let now = 0;
  const screen = new DrillScreen(
    { isTerminal, write: (text) => void (written += text) },
    () => now,
  );
  return {
    screen,
    pass: (ms: number) => void (now += ms),
    taken: () => {
      const text = written;
      written = "";
      return text;
    },
  };
}

Deno.test("DrillScreen tells what is waited for once that has lasted two seconds", () => {
  const { screen, pass, taken } = makeScreen(true);
  screen.phase("the system comes to rest");
  pass(1_900);
  screen.draw();
  assertEquals(taken(), "");
  pass(1_200);
  screen.draw();
  assertEquals(taken(), "\r  … the system comes to rest, 3 s\x1b[K");
  screen.say("done");
  assertEquals(taken(), "\r\x1b[Kdone\n");
  screen.phase("");
  pass(10_000);
  screen.draw();
  assertEquals(taken(), "");
  screen.close();
});

Deno.test("DrillScreen writes plain lines where there is no terminal", () => {
  const { screen, taken } = makeScreen(false);
  screen.phase("something");
  screen.say("a line");
  screen.close();
  assertEquals(taken(), "a line\n");
});
