/** What a starter writes into its ready file. */
export interface ReadyFile {
  edgeUrl: string;
  originUrl: string;
  workerUrl?: string;
  adminToken: string;
  paymentWebhookKey?: string;
  saleId?: number;
  databaseFile?: string;
  mysqlUrl?: string;
}

/** How long a system may take to start, servers excluded. */
const START_TIMEOUT_MS = 60_000;

/** How long it may take to drain and end. */
const STOP_TIMEOUT_MS = 30_000;

/** How long tests wait for something that happens off the response path. */
export const SETTLE_TIMEOUT_MS = 20_000;

/** A whole system under test, started as a user starts it. */
export interface TestSystem extends ReadyFile {
  /** Sends the signal and returns the exit status; 137 after SIGKILL. Can be called again. */
  stop(signal?: Deno.Signal): Promise<number>;
  /** Everything it printed. */
  output(): string;
}

/** Starts `dev` (embedded) or `dev_services` (services) on free ports and waits until it is ready. */
export async function startSystem(
  profile: "embedded" | "services",
  env: Record<string, string> = {},
  args: string[] = ["--no-demo-sale"],
): Promise<TestSystem> {
  const folder = await Deno.makeTempDir({ prefix: "dropgate-e2e-" });
  const readyFile = `${folder}/ready.json`;
  const script = new URL(
    profile === "embedded" ? "../dev.ts" : "../dev_services.ts",
    import.meta.url,
  );
  const { REDIS_URL: _r, AMQP_URL: _a, MYSQL_URL: _m, ...inherited } = Deno.env.toObject();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script.pathname, "--ready-file", readyFile, ...args],
    env: {
      ...inherited,
      EDGE_PORT: "0",
      ORIGIN_PORT: "0",
      WORKER_PORT: "0",
      DATA_DIR: `${folder}/data`,
      ...env,
    },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const collected = Promise.all([process.stdout, process.stderr].map(async (stream) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) printed += chunk;
  }));
  let ended: Deno.CommandStatus | null = null;
  const status = process.status.then((result) => (ended = result));

  let finished: Promise<void> | null = null;
  const finish = () => {
    finished ??= collected.then(() => Deno.remove(folder, { recursive: true }));
    return finished;
  };
  const ready = await waitFor(
    "the system to be ready",
    async () => {
      if (ended) throw new Error(`The system ended while starting:\n${printed}`);
      const text = await Deno.readTextFile(readyFile).catch(() => null);
      return text === null ? null : JSON.parse(text) as ReadyFile;
    },
    START_TIMEOUT_MS,
  ).catch(async (error) => {
    if (!ended) process.kill("SIGKILL");
    await status;
    await finish();
    throw new Error(`${error instanceof Error ? error.message : error}\n${printed}`);
  });

  return {
    ...ready,
    output: () => printed,
    async stop(signal = "SIGTERM") {
      if (!ended) process.kill(signal);
      const timer = setTimeout(() => ended ?? process.kill("SIGKILL"), STOP_TIMEOUT_MS);
      const { code } = await status;
      clearTimeout(timer);
      await finish();
      return code;
    },
  };
}

/** Looks every 20 ms until there is something, or fails at the deadline. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null>,
  timeoutMs = SETTLE_TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  while (true) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`Gave up waiting for ${what} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
