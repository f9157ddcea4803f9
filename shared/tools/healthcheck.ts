/**
 * A container's health check: ends with status 0 when `/readyz` of the port given answers 200.
 *
 *     deno run --allow-net=127.0.0.1:8000 shared/tools/healthcheck.ts 8000
 */
const TIMEOUT_MS = 3_000;

async function isReady(port: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
    return response.status === 200;
  } catch {
    return false;
  }
}

Deno.exit(await isReady(Deno.args[0] ?? "") ? 0 : 1);
