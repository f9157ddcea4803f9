import { assertEquals } from "@std/assert";
import { jsonLine, textLine } from "./log.ts";

const RECORD = {
  category: ["dropgate", "worker"],
  level: "warning" as const,
  timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  message: ["Cannot open ", "1-2", ": ", 'a "quoted"\nreason'],
  rawMessage: "Cannot open {item}: {reason}",
  properties: { item: "1-2", reason: 'a "quoted"\nreason' },
};

Deno.test("jsonLine() is one line with the rendered message and its values", () => {
  const line = jsonLine(RECORD);
  assertEquals(line.includes("\n"), false);
  assertEquals(JSON.parse(line), {
    time: "2026-01-02T03:04:05.006Z",
    level: "warning",
    logger: "dropgate.worker",
    message: 'Cannot open 1-2: a "quoted"\nreason',
    item: "1-2",
    reason: 'a "quoted"\nreason',
  });
});

Deno.test("textLine() says when, how bad, where and what", () => {
  assertEquals(
    textLine(RECORD),
    '03:04:05.006 warning worker: Cannot open 1-2: a "quoted"\nreason',
  );
});
