import { assertEquals, assertThrows } from "@std/assert";
import { reset } from "@logtape/logtape";
import { ConfigurationError } from "./env.ts";
import { jsonLine, logOf, readLogLevel, startLogging, textLine } from "./log.ts";
import { withinRequest } from "./request_context.ts";

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

Deno.test("lines hold no secret, whatever a value says", () => {
  const message = ["Cannot connect: ", "redis://:topsecret@host and Bearer abcdef"];
  const record = { ...RECORD, message, properties: { error: message[1]! } };
  for (const line of [jsonLine(record), textLine(record)]) {
    assertEquals(/topsecret|abcdef/.test(line), false, line);
  }
});

Deno.test("textLine() names the request at the end", () => {
  const record = { ...RECORD, message: ["Done"], properties: { requestId: "k3J9xQ2a-1f" } };
  assertEquals(textLine(record), "03:04:05.006 warning worker: Done (k3J9xQ2a-1f)");
});

Deno.test("every line has the id of the request in which it was written", async () => {
  const lines: string[] = [];
  const { info, debug } = console;
  console.info = console.debug = (line: string) => void lines.push(line);
  try {
    await startLogging("info");
    await withinRequest({ requestId: "k3J9xQ2a-1f", requestIds: ["given-id-1"] }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      logOf("test").info("Inside of {what}", { what: "a request" });
      logOf("test").debug("Not written");
    });
    logOf("test").info("Outside");
  } finally {
    Object.assign(console, { info, debug });
    await reset();
  }
  const [inside, outside] = lines.map((line) => JSON.parse(line));
  assertEquals(lines.length, 2);
  assertEquals([inside.message, inside.requestId, inside.requestIds], [
    "Inside of a request",
    "k3J9xQ2a-1f",
    ["given-id-1"],
  ]);
  assertEquals("requestId" in outside, false);
});

Deno.test("readLogLevel() takes a level and refuses anything else", () => {
  assertEquals(readLogLevel({}), "info");
  assertEquals(readLogLevel({ LOG_LEVEL: "debug" }), "debug");
  assertThrows(
    () => readLogLevel({ LOG_LEVEL: "loud" }),
    ConfigurationError,
    "Cannot use LOG_LEVEL",
  );
});
