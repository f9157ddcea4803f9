import { assertEquals } from "@std/assert";
import { addPoint, columnsOf, pointOf } from "./live_points.js";

const EMPTY = {
  at: [],
  accepted: [],
  known: [],
  refused: [],
  reasons: {},
  left: [],
  written: [],
  waiting: [],
  p50Ms: [],
  p99Ms: [],
};

function frame(second: number, changes: Record<string, unknown> = {}) {
  return {
    at: new Date(second * 1_000).toISOString(),
    perSecond: {
      accepted: 5,
      known: 1,
      refused: 9,
      reasons: { sold_out: 4, rate_limited: 2, paused: 3 },
      written: 6,
    },
    left: 40,
    queue: { messages: 2 },
    latency: { p50Ms: 3, p99Ms: 12 },
    ...changes,
  };
}

Deno.test("pointOf() gives shown refusals a line each, and the others one together", () => {
  const { accepted, refused, sold_out, rate_limited, captcha_required, other } = pointOf(frame(1));
  assertEquals([accepted, refused, sold_out, rate_limited, captcha_required, other], [
    5,
    9,
    4,
    2,
    0,
    3,
  ]);
});

Deno.test("pointOf() has gaps where nothing is known", () => {
  const point = pointOf(frame(1, { perSecond: null, left: null }));
  assertEquals([point.accepted, point.sold_out, point.other, point.left], [null, null, null, null]);
});

Deno.test("columnsOf() reads a history as points would have made it", () => {
  const history = {
    ...EMPTY,
    at: [1, 2],
    accepted: [5, null],
    known: [1, null],
    refused: [9, null],
    reasons: { sold_out: [4, null], rate_limited: [2, null], paused: [3, null] },
    left: [40, null],
    written: [6, null],
    waiting: [2, 2],
    p50Ms: [3, 3],
    p99Ms: [12, 12],
  };
  const made = columnsOf(EMPTY);
  addPoint(made, pointOf(frame(1)));
  addPoint(made, pointOf(frame(2, { perSecond: null, left: null })));
  assertEquals(columnsOf(history), made);
});

Deno.test("addPoint() takes each moment once and keeps a bounded number", () => {
  const columns = columnsOf(EMPTY);
  for (let second = 1; second <= 700; second += 1) addPoint(columns, pointOf(frame(second)));
  addPoint(columns, pointOf(frame(700)));
  addPoint(columns, pointOf(frame(3)));
  assertEquals(Object.values(columns).map((column) => (column as unknown[]).length), [
    ...Array(Object.keys(columns).length).fill(640),
  ]);
  assertEquals([columns.at[0], columns.at.at(-1)], [61, 700]);
});
