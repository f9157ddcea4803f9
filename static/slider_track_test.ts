import { assert, assertEquals } from "@std/assert";
import {
  afterKey,
  clamp,
  MAX_POINTS,
  pictureScale,
  pieceAt,
  thinned,
  TrackRecorder,
} from "./slider_track.js";

Deno.test("TrackRecorder begins at zero and counts time from the press", () => {
  const recorder = new TrackRecorder();
  recorder.start(5_000.04);
  recorder.add(5_016.74, 1.26, -0.34);
  recorder.add(5_033.5, 4, 0.5);
  assertEquals(recorder.points(), [[0, 0, 0], [16.7, 1.3, -0.3], [33.5, 4, 0.5]]);
  assertEquals(recorder.durationMs, 33.5);
});

Deno.test("TrackRecorder forgets the drag before", () => {
  const recorder = new TrackRecorder();
  recorder.start(0);
  recorder.add(10, 5, 5);
  recorder.start(100, 2);
  recorder.add(120, 3, 0);
  assertEquals(recorder.points(), [[0, 2, 0], [20, 3, 0]]);
});

Deno.test("TrackRecorder keeps time from going back and takes the last of one moment", () => {
  const recorder = new TrackRecorder();
  recorder.start(100);
  recorder.add(110, 1, 0);
  recorder.add(110, 2, 0);
  recorder.add(105, 3, 0);
  recorder.add(120, 4, 0);
  assertEquals(recorder.points(), [[0, 0, 0], [10, 3, 0], [20, 4, 0]]);
});

Deno.test("TrackRecorder keeps the press when something happens in the same moment", () => {
  const recorder = new TrackRecorder();
  recorder.start(100);
  recorder.add(100, 2, 0);
  recorder.add(150, 4, 0);
  assertEquals(recorder.points(), [[0, 0, 0], [0, 2, 0], [50, 4, 0]]);
});

Deno.test("TrackRecorder without a press records nothing", () => {
  const recorder = new TrackRecorder();
  recorder.add(10, 1, 1);
  assertEquals(recorder.points(), []);
  assertEquals(recorder.durationMs, 0);
});

Deno.test("TrackRecorder stays bounded through a long drag, with the first and last point", () => {
  const recorder = new TrackRecorder();
  recorder.start(0);
  for (let n = 1; n <= 50_000; n += 1) recorder.add(n, n / 200, n % 7);
  assert(recorder.length <= 2_000, `${recorder.length} are kept`);
  const points: number[][] = recorder.points();
  assertEquals(points.length, MAX_POINTS);
  assertEquals(points[0], [0, 0, 0]);
  assertEquals(points.at(-1), [50_000, 250, 50_000 % 7]);
  points.slice(1).forEach(([tMs], n) => assert(tMs! > points[n]![0]!, `point ${n + 1}`));
});

Deno.test("thinned() keeps short tracks as they are and chooses evenly from long ones", () => {
  const short = [[0, 0, 0], [1, 1, 1]];
  assertEquals(thinned(short), short);
  const long = Array.from({ length: 1_000 }, (_, n) => [n, n, 0]);
  const chosen: number[] = thinned(long, 200).map((point: number[]) => point[0]!);
  assertEquals(chosen.length, 200);
  assertEquals([chosen[0], chosen.at(-1)], [0, 999]);
  const gaps = chosen.slice(1).map((tMs, n) => tMs - chosen[n]!);
  assert(Math.min(...gaps) >= 5 && Math.max(...gaps) <= 6, `gaps ${new Set(gaps)}`);
});

Deno.test("pieceAt() turns the way of the pointer into the way of the piece", () => {
  assertEquals(pieceAt(0, 300, 270), 0);
  assertEquals(pieceAt(150, 300, 270), 135);
  assertEquals(pieceAt(999, 300, 270), 270);
  assertEquals(pieceAt(-20, 300, 270), 0);
  assertEquals(pieceAt(10, 0, 270), 0, "a page that is not laid out yet");
});

Deno.test("pictureScale() is how many picture pixels a page pixel shows", () => {
  assertEquals(pictureScale(320, 640), 0.5);
  assertEquals(pictureScale(320, 400), 0.8);
  assertEquals(pictureScale(320, 0), 1);
});

Deno.test("afterKey() moves by 2, by 10, and to the ends", () => {
  const at = (key: string, x: number, shiftKey = false) => afterKey({ key, shiftKey }, x, 270);
  assertEquals([at("ArrowRight", 100), at("ArrowUp", 100)], [102, 102]);
  assertEquals([at("ArrowLeft", 100), at("ArrowDown", 100)], [98, 98]);
  assertEquals([at("ArrowRight", 100, true), at("PageUp", 100)], [110, 110]);
  assertEquals([at("ArrowLeft", 100, true), at("PageDown", 100)], [90, 90]);
  assertEquals([at("Home", 100), at("End", 100)], [0, 270]);
  assertEquals([at("ArrowLeft", 1), at("ArrowRight", 269)], [0, 270]);
  assertEquals([at("a", 100), at("Enter", 100), at("toString", 100)], [null, null, null]);
});

Deno.test("clamp() holds the bounds, also for what is no number", () => {
  assertEquals([clamp(5, 1, 9), clamp(0, 1, 9), clamp(10, 1, 9)], [5, 1, 9]);
  assertEquals(clamp(NaN, 1, 9), 1);
});
