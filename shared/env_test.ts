import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  readInteger,
  readPort,
  readSecret,
  readSwitch,
  readText,
  readUrl,
} from "./env.ts";

Deno.test("readText() takes an empty value for a missing one", () => {
  assertEquals(readText({ A: "" }, "A", "b"), "b");
  assertEquals(readText({ A: "x" }, "A", "b"), "x");
});

Deno.test("readInteger() refuses everything but whole numbers within the bounds, in one line", () => {
  const bounds = { min: 1, max: 10 };
  assertEquals(readInteger({ N: "10" }, "N", 3, bounds), 10);
  assertEquals(readInteger({}, "N", 3, bounds), 3);
  for (const value of ["0", "11", "1.5", "1e1", "x", " 5", "0x5"]) {
    const error = assertThrows(
      () => readInteger({ N: value }, "N", 3, bounds),
      ConfigurationError,
      `current value is ${JSON.stringify(value)}`,
    );
    assertFalse(error.message.includes("\n"));
  }
  assertThrows(() => readPort({ P: "65536" }, "P", 1), ConfigurationError, "65535");
});

Deno.test("readSwitch() takes 1 and 0 only", () => {
  assertEquals(readSwitch({ S: "1" }, "S", false), true);
  assertEquals(readSwitch({ S: "0" }, "S", true), false);
  assertThrows(() => readSwitch({ S: "true" }, "S", false), ConfigurationError, "1 or 0");
});

Deno.test("readUrl() refuses other schemes without showing the password", () => {
  const error = assertThrows(
    () => readUrl({ U: "http://me:hidden@host/x" }, "U", ["redis", "rediss"]),
    ConfigurationError,
    "redis or rediss",
  );
  assertFalse(error.message.includes("hidden"));
  assertEquals(readUrl({ U: "redis://h:1" }, "U", ["redis"])?.port, "1");
});

Deno.test("readSecret() refuses missing, short and default-looking secrets outside DEMO", () => {
  const good = "0123456789abcdef";
  assertEquals(readSecret({ S: good }, "S", false), good);
  for (const value of [undefined, "", "short", "changeme-changeme-changeme", "Password12345678"]) {
    assertThrows(() => readSecret({ S: value }, "S", false), ConfigurationError, "S");
  }
  assertEquals(readSecret({ S: "short" }, "S", true), "short");
});
