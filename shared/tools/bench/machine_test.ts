import { assert, assertEquals } from "@std/assert";
import { describeMachine, fileSystemIn } from "./machine.ts";

Deno.test("fileSystemIn() takes the longest mount point above a path", () => {
  const mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/disk xfs rw 0 0\n";
  assertEquals(fileSystemIn(mounts, "/tmp/bench"), "tmpfs");
  assertEquals(fileSystemIn(mounts, "/tmp/disk/x"), "xfs");
  assertEquals(fileSystemIn(mounts, "/tmpx"), "ext4");
  assertEquals(fileSystemIn("", "/x"), "unknown");
});

Deno.test("describeMachine() names what figures depend on", () => {
  const machine = describeMachine();
  assert(machine.cores >= 1 && machine.memoryGib > 0);
  assert(machine.runtime.startsWith("Deno "));
});
