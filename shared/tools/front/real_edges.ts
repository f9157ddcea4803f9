import { FakeOrigin } from "../../../edge/testing/fake_origin.ts";
import { sampleSale } from "../../../edge/testing/sample_sale.ts";
import { systemClock } from "../../clock.ts";
import { LineRelay } from "../launch/line_relay.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { freePort } from "../services/free_port.ts";
import { poll } from "../services/poll.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";

const EDGE_KEY = "edge-key-of-the-front-tests";
const READY_TIMEOUT_MS = 60_000;

/** An edge as a process of its own. */
export interface RealEdge {
  /** `127.0.0.1:<port>` */
  address: string;
  kill(): Promise<void>;
}

/** Edges as processes, in front of one origin in memory that sells without an end. */
export interface RealEdges {
  edges: RealEdge[];
  origin: FakeOrigin;
  /** A session of a buyer, made at an edge itself: nginx lets nobody sign in without a shop. */
  signIn(userId: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts edges that believe the forwarding header of 127.0.0.1 alone, and waits until they serve. */
export async function startRealEdges(count: number, runDir: string): Promise<RealEdges> {
  const origin = new FakeOrigin({ edgeKey: EDGE_KEY, clock: systemClock });
  origin.publish(endlessSale());
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => origin.call(request),
  );
  const edges = Array.from({ length: count }, () => startEdge(server.addr.port, runDir));
  const stop = async () => {
    await Promise.all(edges.map((edge) => edge.kill()));
    await server.shutdown();
  };
  try {
    await Promise.all(edges.map(({ address }) => untilReady(address)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { edges, origin, signIn: (userId) => signIn(edges[0]!.address, userId), stop };
}

/** Open for an hour, as many pieces as anybody wants, no limits. */
function endlessSale() {
  const nowMs = Date.now();
  const many = 1_000_000_000;
  const sale = sampleSale(1, {
    startsAt: nowMs - 1_000,
    endsAt: nowMs + 3_600_000,
    limits: { ratePerSecond: many, burst: many, userPerMinute: many, ipPerMinute: many },
  });
  return { ...sale, items: sale.items.map((item) => ({ ...item, stock: -1 })) };
}

function startEdge(originPort: number, runDir: string): RealEdge {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "-P=edge",
      `--allow-net=127.0.0.1:${port},127.0.0.1:${originPort}`,
      "edge/main.ts",
    ],
    cwd: PROJECT_DIR,
    env: {
      HOST: "127.0.0.1",
      EDGE_PORT: String(port),
      ORIGIN_URLS: `http://127.0.0.1:${originPort}`,
      EDGE_KEY,
      SESSION_KEY: "session-key-of-the-front-tests",
      TRUSTED_PROXIES: "127.0.0.1/32",
      DEMO: "1",
      LIMITS_REDIS_URL: "",
      [RUN_VARIABLE]: runDir,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const relay = new LineRelay(() => {});
  const read = Promise.all([relay.pump(child.stdout), relay.pump(child.stderr)]);
  let alive = true;
  const ended = child.status.then(() => alive = false);
  return {
    address: `127.0.0.1:${port}`,
    async kill() {
      if (alive) child.kill("SIGKILL");
      await ended;
      await read;
    },
  };
}

async function untilReady(address: string): Promise<void> {
  await poll(`readiness of the edge at ${address}`, async () => {
    const response = await fetch(`http://${address}/readyz`);
    await response.body?.cancel();
    return response.status === 200 ? true : null;
  }, { timeoutMs: READY_TIMEOUT_MS });
}

async function signIn(address: string, userId: string): Promise<string> {
  const response = await fetch(`http://${address}/dev/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  });
  return (await response.json()).token;
}
