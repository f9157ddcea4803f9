import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "../../../origin/database/database.ts";
import { PortCaller, servePorts } from "./port_rpc.ts";

interface Adder {
  add(a: number, b: number): Promise<number>;
  fail(): Promise<never>;
  missing(): Promise<void>;
}

function connected(ports: Record<string, object>) {
  const { port1, port2 } = new MessageChannel();
  servePorts(port2, ports);
  const caller = new PortCaller(port1);
  const close = () => {
    caller.fail(new Error("closed"));
    port1.close();
    port2.close();
  };
  return { caller, close };
}

Deno.test("PortCaller calls a port of the other side and keeps `this`", async () => {
  class TenAdder {
    readonly base = 10;
    add(a: number, b: number): Promise<number> {
      return Promise.resolve(this.base + a + b);
    }
  }
  const { caller, close } = connected({ adder: new TenAdder() });
  assertEquals(await caller.port<Adder>("adder").add(1, 2), 13);
  close();
});

Deno.test("PortCaller rejects with the fault of a database error", async () => {
  const { caller, close } = connected({
    adder: { fail: () => Promise.reject(new DatabaseError("deadlock", "two met")) },
  });
  const error = await assertRejects(() => caller.port<Adder>("adder").fail(), DatabaseError, "two");
  assertEquals(error.fault, "deadlock");
  close();
});

Deno.test("PortCaller rejects a call that the other side does not have", async () => {
  const { caller, close } = connected({ adder: {} });
  await assertRejects(() => caller.port<Adder>("adder").missing(), Error, "No such call");
  close();
});

Deno.test("PortCaller ends every waiting and later call when its thread is gone", async () => {
  const { caller, close } = connected({ adder: { add: () => new Promise(() => {}) } });
  const waiting = caller.port<Adder>("adder").add(1, 2);
  caller.fail(new Error("the thread died"));
  await assertRejects(() => waiting, Error, "the thread died");
  await assertRejects(() => caller.port<Adder>("adder").add(1, 2), Error, "the thread died");
  assertEquals(caller.alive, false);
  close();
});
