import { logOf, startLogging } from "../log.ts";
import { readSupervision, ServingProcess } from "../serving_process.ts";
import { ShutdownStack } from "../shutdown.ts";

/**
 * A program for tests of `ServingProcess`: `/slow` is answered once `/finish` was asked. `PORT`,
 * `LINGER_MS` and `BEHAVIOUR` say how it is; the latter is one of:
 *
 * - `throws`: meets an exception and a rejection that nobody handles
 * - `tired`: asks to be replaced within 100 ms
 * - `waits`: is not ready before it gets SIGUSR1
 */
async function main(): Promise<void> {
  const env = Deno.env.toObject();
  await startLogging("info", "text");
  const log = logOf("test");
  const stack = new ShutdownStack(log);
  const finish = Promise.withResolvers<void>();
  let ready = env.BEHAVIOUR !== "waits";
  stack.push("last", () => console.log("freed"));
  const serving = new ServingProcess({
    name: "Stand-in",
    address: { hostname: "127.0.0.1", port: Number(env.PORT ?? 0), variable: "PORT" },
    supervision: readSupervision(env),
    async handler(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/readyz") return new Response(null, { status: ready ? 200 : 503 });
      if (pathname === "/slow") {
        console.log("slow begins");
        await finish.promise;
      }
      if (pathname === "/finish") finish.resolve();
      return new Response("fine");
    },
    stack,
    lingerMs: Number(env.LINGER_MS ?? 300),
    log,
    exit: Deno.exit,
  });
  stack.push("server", () => serving.close(), 2_000);
  serving.start();

  if (env.BEHAVIOUR === "throws") {
    setTimeout(() => {
      throw new Error("nobody foresaw this");
    }, 0);
    setTimeout(() => {
      void Promise.reject(new Error("nor this"));
    }, 0);
  }
  if (env.BEHAVIOUR === "tired") serving.wish.ask("tired", 100);
  if (env.BEHAVIOUR === "waits") {
    Deno.addSignalListener("SIGUSR1", () => ready = true);
    console.log("waits");
  }
}

await main();
