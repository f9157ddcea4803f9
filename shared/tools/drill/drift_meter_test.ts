import { assertEquals } from "@std/assert";
import { DriftMeter } from "./drift_meter.ts";

Deno.test("DriftMeter sums what the process was late between two times", () => {
  let now = 1_000;
  const meter = new DriftMeter(() => now);
  const look = (at: number) => {
    now = at;
    meter.look();
  };
  look(1_020);
  look(1_140); // 100 late: it was due at 1,040.
  look(1_160);
  look(1_240); // 60 late.
  now = 1_250;
  assertEquals(meter.within(1_000, 1_250), 160);
  assertEquals(meter.within(1_150, 1_250), 60);
  assertEquals(meter.within(1_000, 1_030), 0);
  assertEquals(meter.within(1_060, 1_070), 100);
  now = 1_300;
  assertEquals(meter.within(1_250, 1_300), 40);
  meter.stop();
});
