import { assertEquals, assertRejects } from "@std/assert";
import { Actor, stepped } from "./actor.ts";
import { BrokenPromiseError } from "./broken_promise.ts";

/** A part that notes what is called, as one actor uses it. */
function partOf(actor: Actor, heard: string[], after: () => void = () => {}) {
  return stepped(actor, {
    call(name: string): Promise<string> {
      heard.push(name);
      return Promise.resolve(name);
    },
  }, { after });
}

Deno.test("Actor is held before or after a call, and goes on where it was", async () => {
  for (const at of [1, 2, 3, 4]) {
    const actor = new Actor("test", { at, how: "freeze" });
    const heard: string[] = [];
    const part = partOf(actor, heard);
    await actor.start(async () => {
      await part.call("first");
      await part.call("second");
      heard.push("end");
    });
    assertEquals(actor.isFrozen, true);
    assertEquals(heard, ["first", "second"].slice(0, Math.floor(at / 2)));
    await actor.thaw(null);
    assertEquals(heard, ["first", "second", "end"]);
    assertEquals([actor.isFrozen, actor.wasHeld], [false, true]);
  }
});

Deno.test("Actor that dies makes no further call, whatever its job swallows", async () => {
  const actor = new Actor("test", { at: 2, how: "die" });
  const heard: string[] = [];
  const part = partOf(actor, heard);
  await actor.start(async () => {
    await part.call("first").catch(() => heard.push("swallowed"));
    await part.call("second");
  });
  assertEquals([actor.isDead, heard], [true, ["first", "swallowed"]]);
});

Deno.test("Actor is held in what its job does not wait for", async () => {
  const actor = new Actor("test", { at: 1, how: "freeze" });
  const heard: string[] = [];
  const part = partOf(actor, heard);
  await actor.start(() => {
    part.call("aside").catch(() => heard.push("killed"));
    return Promise.resolve(void heard.push("end"));
  });
  assertEquals([actor.isFrozen, heard], [true, ["end"]]);
  await actor.kill();
  assertEquals(heard, ["end", "killed"]);
});

Deno.test("Actor tells of a broken promise that its job swallowed", async () => {
  const actor = new Actor("test", null);
  const part = partOf(actor, [], () => {
    throw new BrokenPromiseError("Broken promise I9: none");
  });
  await assertRejects(
    () => actor.start(async () => void await part.call("first").catch(() => {})),
    BrokenPromiseError,
    "I9",
  );
});
