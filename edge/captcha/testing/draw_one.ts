import { logOf } from "../../../shared/log.ts";
import { systemTimers } from "../../timers.ts";
import { PuzzlePool } from "../puzzle_pool.ts";

/** A program that draws one puzzle in a thread and prints the beginning of its picture. */
const pool = new PuzzlePool({ timers: systemTimers, log: logOf("draw_one"), size: 1 });
let puzzle = await pool.take();
for (let tries = 0; puzzle === null && tries < 10; tries += 1) puzzle = await pool.take();
console.log(puzzle?.background.slice(0, 30) ?? "nothing");
pool.stop();
