import { assert, assertEquals } from "@std/assert";
import { DeadlineError } from "../../shared/shutdown.ts";
import { DatabaseError } from "./database.ts";
import { mysqlError } from "./mysql_faults.ts";

/** An error as the driver makes it of a server's answer. */
function answered(errno: number, message = "refused"): Error {
  return Object.assign(new Error(message), { errno, code: "ER_X", sqlState: "HY000" });
}

Deno.test("mysqlError() knows what may go well later", () => {
  const expected: [number, string][] = [
    [1213, "deadlock"],
    [1205, "lock_timeout"],
    [1040, "unavailable"],
    [1053, "unavailable"],
    [1290, "unavailable"],
    [1062, "duplicate"],
    [1406, "invalid"],
    [1264, "invalid"],
    [1366, "invalid"],
    [4025, "invalid"],
    [3819, "invalid"],
    [1064, "other"],
    [1146, "other"],
    [1045, "other"],
  ];
  for (const [errno, fault] of expected) {
    assertEquals(mysqlError(answered(errno)).fault, fault, String(errno));
  }
});

Deno.test("mysqlError() takes a lost or refused connection for unavailable", () => {
  const lost = Object.assign(new Error("closed"), {
    code: "PROTOCOL_CONNECTION_LOST",
    fatal: true,
  });
  const refused = Object.assign(new Error(""), { code: "ECONNREFUSED", errno: -111 });
  const full = new Error("Queue limit reached.");
  const late = new DeadlineError("Gave up a statement after 5 ms");
  for (const error of [lost, refused, full, late]) {
    assertEquals(mysqlError(error).fault, "unavailable", error.message);
    assertEquals(mysqlError(error).cause, error);
  }
  assertEquals(mysqlError(refused).message, "ECONNREFUSED");
  assertEquals(mysqlError(new TypeError("a slip")).fault, "other");
  assertEquals(mysqlError("text").fault, "other");
  const known = new DatabaseError("invalid", "x");
  assert(mysqlError(known) === known);
});

Deno.test("mysqlError() names the key of a duplicate as both servers tell it", () => {
  const message = (key: string) => `Duplicate entry '1-2-a'b.c-1' for key '${key}'`;
  assertEquals(mysqlError(answered(1062, message("orders.one_live"))).key, "one_live");
  assertEquals(mysqlError(answered(1062, message("one_live"))).key, "one_live");
  assertEquals(mysqlError(answered(1062, "Duplicate entry")).key, "");
});

Deno.test("mysqlError() says plainly that the database does not exist", () => {
  const error = mysqlError(answered(1049, "Unknown database 'shop'"));
  assertEquals(
    error.message,
    "Cannot use the MySQL server as the database must exist: current value is shop",
  );
});
