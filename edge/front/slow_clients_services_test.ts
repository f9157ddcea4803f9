import { assert, assertEquals } from "@std/assert";
import https from "node:https";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { askFront, connectRaw } from "../../shared/tools/front/front_client.ts";
import { startRealEdges } from "../../shared/tools/front/real_edges.ts";
import { pause, poll } from "../../shared/tools/services/poll.ts";
import { type NginxServer, startNginx } from "../../shared/tools/services/nginx_server.ts";
import { openRun } from "../../shared/tools/services/run_directory.ts";

const HONEST = 16;
const SLOW = 200;
/** Phases with and without slow clients by turns, so that a busy machine is unfair to both. */
const ROUNDS = 3;
const REQUESTS_PER_PHASE = 100;

/** Half of them never finish their headers, half never finish their bodies; cut off, they return. */
function startSlowClients(front: NginxServer) {
  let over = false;
  let held = 0;
  let cutOff = 0;
  const client = async (n: number) => {
    while (!over) {
      const connection = await connectRaw(front, `127.0.0.${2 + (n % 4)}`).catch(() => null);
      if (connection === null) continue;
      held += 1;
      connection.write(
        n % 2 === 0
          ? "GET / HTTP/1.1\r\nhost: shop\r\nx-slow: "
          : "POST /api/sales/1/buy HTTP/1.1\r\nhost: shop\r\ncontent-length: 9000\r\n\r\n",
      );
      const timer = setInterval(() => connection.write("x"), 500);
      while (!over && await Promise.race([connection.closed, pause(100)]) === undefined);
      clearInterval(timer);
      connection.destroy();
      held -= 1;
      if (!over) cutOff += 1;
    }
  };
  const clients = Array.from({ length: SLOW }, (_, n) => client(n));
  return {
    held: () => held,
    cutOff: () => cutOff,
    async stop() {
      over = true;
      await Promise.all(clients);
    },
  };
}

/** What honest clients do, one after another on a kept connection; gives how long each took, ms. */
async function honestPhase(front: NginxServer, tokens: string[]): Promise<number[]> {
  const tookMs: number[] = [];
  const person = async (token: string, n: number) => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: front.certificate });
    // From one address, all of them on a fast machine would come up to its ceiling.
    const from = `127.0.1.${n + 1}`;
    for (let i = 0; i < REQUESTS_PER_PHASE; i += 1) {
      const startedAt = performance.now();
      const { status } = i % 3 === 2
        ? await askFront(front, "/api/sales/1/buy", {
          agent,
          from,
          method: "POST",
          body: '{"productId":1}',
          headers: { authorization: `Bearer ${token}`, "idempotency-key": `key-${n}` },
        })
        : await askFront(front, i % 3 === 0 ? "/sales/1" : "/api/sales/1/stock", { agent, from });
      tookMs.push(performance.now() - startedAt);
      assert(status === 200 || status === 201, `an honest request: ${status}`);
    }
    agent.destroy();
  };
  await Promise.all(tokens.map(person));
  return tookMs;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

Deno.test("honest clients are all answered while 200 slow ones hold nginx", async () => {
  const run = await openRun();
  const real = await startRealEdges(2, run.dir);
  const front = await startNginx({
    program: serviceFor("NGINX_PATH"),
    runDir: run.dir,
    edges: real.edges.map((edge) => edge.address),
  });
  try {
    const names = Array.from({ length: HONEST }, (_, n) => `honest-${n}`);
    const tokens = await Promise.all(names.map((name) => real.signIn(name)));
    await honestPhase(front, tokens);
    const alone: number[] = [];
    const crowded: number[] = [];
    let cutOff = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(...await honestPhase(front, tokens));
      const slow = startSlowClients(front);
      await poll("every slow client", () => slow.held() >= SLOW || null, { timeoutMs: 30_000 });
      crowded.push(...await honestPhase(front, tokens));
      assert(slow.held() > SLOW / 2, "they were there all the time");
      cutOff += slow.cutOff();
      await slow.stop();
    }
    const [p99, p99Crowded] = [percentile(alone, 0.99), percentile(crowded, 0.99)];
    const show = (values: number[]) =>
      `median ${percentile(values, 0.5).toFixed(1)} ms, p99 ${
        percentile(values, 0.99).toFixed(1)
      } ms`;
    console.log(
      `    ${alone.length} honest requests alone: ${show(alone)}\n` +
        `    ${crowded.length} beside ${SLOW} slow clients: ${show(crowded)}, ` +
        `p99 × ${(p99Crowded / p99).toFixed(2)}; ${cutOff} slow ones were cut off`,
    );
    assertEquals(crowded.length, HONEST * REQUESTS_PER_PHASE * ROUNDS);
    assertEquals(real.origin.holdings.size, HONEST);
  } finally {
    await front.stop();
    await real.stop();
    await run.close();
  }
});
