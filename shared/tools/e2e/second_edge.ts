import { createEdgeApp, type EdgeDeps } from "../../../edge/app.ts";
import { readEdgeConfig } from "../../../edge/config.ts";
import { readStaticFiles } from "../../../edge/pages/assets.ts";
import { systemRandomness } from "../../../edge/randomness.ts";
import { systemClock } from "../../clock.ts";
import { logOf } from "../../log.ts";
import type { ReadyFile } from "./system.ts";

/** What two edges of one shop share. */
export const SHARED_KEYS = {
  EDGE_KEY: "edge-key-of-the-gate-tests-0123456789",
  SESSION_KEY: "session-key-of-the-gate-tests-0123456789",
};

/** An edge in the test's own process, in front of the origin of a system that runs beside it. */
export interface SecondEdge extends AsyncDisposable {
  url: string;
}

/** Starts it. The system must have been started with `SHARED_KEYS`. `deps` replace parts. */
export async function startSecondEdge(
  { originUrl }: ReadyFile,
  deps: Partial<EdgeDeps> = {},
): Promise<SecondEdge> {
  const edge = createEdgeApp({
    config: readEdgeConfig({ ...SHARED_KEYS, DEMO: "1" }),
    origins: [{ url: originUrl, call: (request) => fetch(request) }],
    staticFiles: await readStaticFiles(new URL("../../../static/", import.meta.url)),
    clock: systemClock,
    randomness: systemRandomness(),
    log: logOf("edge", "second"),
    ...deps,
  });
  await edge.start();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => edge.handle(request, info.remoteAddr.hostname),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await edge.stop();
    },
  };
}
