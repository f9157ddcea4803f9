import { serviceFor } from "../../testing/services_env.ts";
import { type NginxServer, startNginx } from "../services/nginx_server.ts";
import { openRun } from "../services/run_directory.ts";
import { type StandInEdge, startStandIn } from "./stand_in_edge.ts";

/** nginx and what stands behind it. */
export interface Front {
  front: NginxServer;
  edges: StandInEdge[];
  /** All that reached an edge, in no order. */
  seen(): StandInEdge["seen"];
}

/** Runs a test with nginx in front of two stand-ins for edges, and ends them all. */
export async function withFront(
  test: (parts: Front) => Promise<void>,
  variables: Record<string, string> = {},
): Promise<void> {
  const run = await openRun();
  const edges = [startStandIn(), startStandIn()];
  try {
    const front = await startNginx({
      program: serviceFor("NGINX_PATH"),
      runDir: run.dir,
      edges: edges.map((edge) => edge.address),
      variables,
    });
    try {
      await test({ front, edges, seen: () => edges.flatMap((edge) => edge.seen) });
    } finally {
      await front.stop();
    }
  } finally {
    await Promise.all(edges.map((edge) => edge.stop()));
    await run.close();
  }
}
