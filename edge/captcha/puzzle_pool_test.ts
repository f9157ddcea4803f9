import { assert, assertEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { FakeTimers } from "../testing/fake_timers.ts";
import { systemTimers } from "../timers.ts";
import type { ReadyPuzzle } from "./art/ready_puzzle.ts";
import type { DrawerEvents } from "./draw_thread.ts";
import { PuzzlePool } from "./puzzle_pool.ts";

const PUZZLE: ReadyPuzzle = {
  width: 320,
  height: 160,
  pieceWidth: 50,
  pieceHeight: 50,
  pieceY: 1,
  x: 1,
  background: "",
  piece: "",
};

/** A pool whose drawers do what a test says. */
function makePool(size = 40) {
  const timers = new FakeTimers(0);
  const drawers: { events: DrawerEvents; asked: number; closed: boolean; drawn: number }[] = [];
  let next = 0;
  const pool = new PuzzlePool({
    timers,
    log: logOf("test"),
    size,
    startDrawer(events) {
      const drawer = { events, asked: 0, closed: false, drawn: 0 };
      drawers.push(drawer);
      return {
        draw: (count) => void (drawer.asked += count),
        close: () => void (drawer.closed = true),
      };
    },
  });
  /** Lets the last drawer draw what it was asked for. */
  const draw = (count = Infinity) => {
    const drawer = drawers.at(-1)!;
    for (let done = 0; done < count && drawer.drawn < drawer.asked; done += 1) {
      drawer.drawn += 1;
      drawer.events.onPuzzle({ ...PUZZLE, x: next += 1 });
    }
  };
  return { pool, timers, drawers, draw };
}

Deno.test("PuzzlePool starts no drawer before it is needed", () => {
  const { pool, drawers, timers } = makePool();
  assertEquals([drawers.length, timers.pendingCount], [0, 0]);
  pool.warm();
  pool.warm();
  assertEquals(drawers.length, 1);
  pool.stop();
  assertEquals([drawers[0]!.closed, timers.pendingCount], [true, 0]);
});

Deno.test("PuzzlePool fills up, fast to a quarter and with pauses after, and no further", async () => {
  const { pool, timers, draw, drawers } = makePool(40);
  pool.warm();
  draw();
  assertEquals(pool.readyCount, 16, "one large batch");
  draw();
  assertEquals(pool.readyCount, 16, "a pause");
  await timers.advance(100);
  draw();
  assertEquals(pool.readyCount, 20);
  for (let round = 0; round < 20; round += 1) {
    await timers.advance(100);
    draw();
  }
  assertEquals([pool.readyCount, drawers[0]!.asked], [40, 40]);
  assertEquals(timers.pendingCount, 0);
  pool.stop();
});

Deno.test("PuzzlePool gives each puzzle once, in order, and draws new ones", async () => {
  const { pool, draw, timers } = makePool(8);
  pool.warm();
  for (let round = 0; round < 5; round += 1) {
    draw();
    await timers.advance(100);
  }
  const given: (number | undefined)[] = [];
  for (let count = 0; count < 20; count += 1) {
    given.push((await pool.take())?.x);
    draw();
  }
  assertEquals(given, Array.from({ length: 20 }, (_, at) => at + 1));
  pool.stop();
});

Deno.test("PuzzlePool lets people wait a second when it is empty, first come first served", async () => {
  const { pool, draw, timers } = makePool();
  const waiting = [pool.take(), pool.take(), pool.take()];
  draw(2);
  await timers.advance(1_000);
  assertEquals((await Promise.all(waiting)).map((puzzle) => puzzle?.x), [1, 2, undefined]);
  assertEquals(pool.readyCount, 0);
  pool.stop();
});

Deno.test("PuzzlePool turns away whom it cannot serve in a second", async () => {
  const { pool } = makePool();
  const waiting = Array.from({ length: 64 }, () => pool.take());
  assertEquals(await pool.take(), null);
  pool.stop();
  assertEquals((await Promise.all(waiting)).every((puzzle) => puzzle === null), true);
  assertEquals(await pool.take(), null);
});

Deno.test("PuzzlePool replaces a drawer that ended, after pauses that grow", async () => {
  const { pool, draw, drawers, timers } = makePool();
  pool.warm();
  draw(1);
  for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    const before = drawers.length;
    drawers.at(-1)!.events.onEnd("broken");
    await timers.advance(pauseMs - 1);
    assertEquals(drawers.length, before);
    await timers.advance(1);
    assertEquals(drawers.length, before + 1);
  }
  draw(1);
  drawers.at(-1)!.events.onEnd("broken");
  const before = drawers.length;
  await timers.advance(100);
  assertEquals([drawers.length, pool.readyCount], [before + 1, 2]);
  pool.stop();
});

Deno.test("PuzzlePool replaces a drawer that draws nothing", async () => {
  const { pool, drawers, timers } = makePool();
  pool.warm();
  await timers.advance(5_000);
  assertEquals(drawers[0]!.closed, true);
  await timers.advance(100);
  assertEquals(drawers.length, 2);
  pool.stop();
});

Deno.test("PuzzlePool gives a drawer longer to start after each that failed, until one draws", async () => {
  const { pool, drawers, draw, timers } = makePool();
  pool.warm();
  const pausesMs = [100, 200, 400, 800, 1_600];
  for (const [at, stuckMs] of [5_000, 10_000, 20_000, 40_000, 40_000].entries()) {
    await timers.advance(stuckMs - 1);
    assertEquals(drawers.at(-1)!.closed, false, `${stuckMs}`);
    await timers.advance(1);
    assertEquals(drawers.at(-1)!.closed, true, `${stuckMs}`);
    await timers.advance(pausesMs[at]!);
  }
  draw(1);
  await timers.advance(5_000);
  assertEquals(drawers.at(-1)!.closed, true, "as before, once it has drawn");
  pool.stop();
});

Deno.test("PuzzlePool with its thread draws different puzzles", async () => {
  const pool = new PuzzlePool({ timers: systemTimers, log: logOf("test"), size: 12 });
  try {
    const seen = new Set<string>();
    const deadlineMs = Date.now() + 30_000;
    for (let count = 0; count < 30; count += 1) {
      let puzzle = await pool.take();
      while (puzzle === null && Date.now() < deadlineMs) puzzle = await pool.take();
      assert(puzzle !== null, `puzzle ${count}`);
      assert(puzzle.background.startsWith("data:image/png;base64,iVBORw0KGgo"));
      seen.add(puzzle.background);
    }
    assertEquals(seen.size, 30);
  } finally {
    pool.stop();
  }
});
