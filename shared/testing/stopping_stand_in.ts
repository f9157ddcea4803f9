import { stopOnSignals } from "../stop_on_signals.ts";

/**
 * A program for tests of `stopOnSignals`, whose drain `hangs`, `throws` or ends at once, as `DRAIN`
 * says. SIGUSR1 stops it with status 7.
 */
const stop = stopOnSignals({
  drain(reason) {
    console.log("drain", reason);
    if (Deno.env.get("DRAIN") === "throws") throw new Error("cannot drain");
    if (Deno.env.get("DRAIN") !== "hangs") return Promise.resolve();
    setTimeout(() => console.log("a second on"), 1_100);
    return new Promise(() => {});
  },
  drainTimeoutMs: 4_000,
  onCutOff: () => console.log("cut off"),
  exit: Deno.exit,
});
// Something that keeps it alive.
setInterval(() => {}, 1_000);
Deno.addSignalListener("SIGUSR1", () => stop(7));
console.log("runs");
