import { type Clock, isoTime } from "../../clock.ts";
import type { Environment } from "../../env.ts";
import type { ShutdownStack } from "../../shutdown.ts";
import type { BenchOptions } from "./bench_options.ts";
import { type BenchResult, RESULT_VERSION, type RoundResult } from "./bench_result.ts";
import { COURSE_STEP_MS } from "./buy_answers.ts";
import type { ByteSlab } from "./byte_slab.ts";
import { Crowd, type SignInMethod } from "./crowd.ts";
import { type EchoMeasure, EchoServer } from "./echo_baseline.ts";
import { JsonClient } from "./json_client.ts";
import { describeMachine, fileSystemOf } from "./machine.ts";
import type { Progress } from "./progress.ts";
import { type RoundContext, runRound, sendBuys } from "./round.ts";
import { openSale } from "./sale_setup.ts";
import { median, perSecond, ratio } from "./statistics.ts";
import { type MeasuredSystem, reachSystem } from "./measured_system.ts";

/** Most buyers that a timed run prepares by itself. */
const MAX_ESTIMATED_BUYERS = 400_000;

/** A timed run prepares so many times what the last run's rate would use. */
const RESERVE_FACTOR = 1.6;

/** Buyers per second that are assumed when there was no warm-up. */
const ASSUMED_RATE = 20_000;

/** Requests that the echo server is sent, over and over. */
const ECHO_REQUESTS = 50_000;

/** What the tool gets from its surroundings. */
export interface BenchDependencies {
  env: Environment;
  clock: Clock;
  progress: Progress;
  /** Frees what the run started, also when it is broken off. */
  cleanup: ShutdownStack;
}

/** Measures a system: warm-up, echo, rounds, counting. Whether all was right is in `ok`. */
export async function runBench(
  options: BenchOptions,
  dependencies: BenchDependencies,
): Promise<BenchResult> {
  const { env, clock, progress, cleanup } = dependencies;
  const startedAt = isoTime(clock());
  if (options.running === null) progress.say(`starting the system (${options.profile}) …`);
  const system = await reachSystem(options, env, cleanup);
  const headers = { authorization: `Bearer ${system.adminToken}` };
  const context: RoundContext = {
    options,
    crowd: new Crowd(system.edge, signInMethod(env), options.seed),
    admin: new JsonClient(system.admin, headers),
    rows: system.rows,
    progress,
  };
  const echo = await EchoYardstick.open(options, progress, cleanup);
  const rate = await warmUp(context);
  const rounds = await runRounds(context, echo, rate);
  return {
    version: RESULT_VERSION,
    command: options.command,
    startedAt,
    machine: describeMachine(),
    system: await describeSystem(options, system),
    settings: settingsOf(options, context.crowd),
    echo: echo.measures,
    rounds,
    median: medians(rounds),
    ok: rounds.every((round) => round.violations.length === 0),
  };
}

/** How the buyers of a run sign in, as the environment has it. */
export function signInMethod(env: Environment): SignInMethod {
  const { JWT_HS256_KEY: key, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  return key && issuer && audience ? { kind: "jwt", key, issuer, audience } : { kind: "dev_login" };
}

/** Lets a first crowd buy, so that nobody measures a compiler; returns the rate in buys per second. */
export async function warmUp(context: RoundContext): Promise<number> {
  const { options, crowd, admin, progress } = context;
  const buyers = options.warmUpBuyers;
  if (buyers === 0) return ASSUMED_RATE;
  await crowd.grow(buyers, progress);
  const sale = await openSale(admin, crowd.edge, "Bench warm-up", buyers);
  const requests = crowd.buyRequests(sale.saleId, sale.productId, buyers);
  const { answers, load } = await sendBuys(context, "warming up", requests, 0);
  if (answers.reserved + answers.processing < buyers) {
    throw new Error(
      `Cannot begin as all ${buyers} buyers of the warm-up must be served: current value is ` +
        JSON.stringify(Object.fromEntries(answers.kinds)) + ` ${answers.samples.join(" · ")}`,
    );
  }
  // The best moment rather than the mean: the first half of a warm-up is spent in compilers.
  const best = Math.max(...answers.course.map((step) => step.reserved));
  const mean = perSecond(answers.reserved, load.endedAtMs - load.startedAtMs);
  return Math.max(mean, perSecond(best, COURSE_STEP_MS));
}

async function runRounds(
  context: RoundContext,
  echo: EchoYardstick,
  warmUpRate: number,
): Promise<RoundResult[]> {
  const { options, crowd, admin, progress } = context;
  const rounds: RoundResult[] = [];
  let rate = warmUpRate;
  for (let number = 1; number <= options.rounds; number++) {
    if (options.rounds > 1) progress.say(`round ${number} of ${options.rounds}`);
    const { amount } = options;
    const prepared = amount.kind === "buyers" ? amount.buyers : Math.min(
      MAX_ESTIMATED_BUYERS,
      options.stock ?? MAX_ESTIMATED_BUYERS,
      Math.ceil(rate * amount.seconds * RESERVE_FACTOR) + options.connections,
    );
    await crowd.grow(prepared, progress);
    if (number === 1) await echo.measure(crowd);
    const title = `Bench ${options.command} ${number}`;
    const sale = await openSale(admin, crowd.edge, title, options.stock ?? prepared);
    const round = await runRound(context, sale, prepared);
    if (round.usedUp) {
      progress.say(
        `all ${prepared} prepared buyers had bought after ${round.elapsedS.toFixed(1)} s`,
      );
    }
    await echo.measure(crowd);
    rounds.push(withEcho(round, echo, options.command));
    rate = Math.max(rate, round.acceptedPerSecond);
  }
  return rounds;
}

/** Puts the median of the measurements just before and just after beside a round. */
function withEcho(
  round: RoundResult,
  echo: EchoYardstick,
  command: BenchOptions["command"],
): RoundResult {
  const around = echo.measures.slice(-2).map((measure) => measure.perSecond);
  if (around.length === 0) return round;
  const echoPerSecond = median(around);
  const own = command === "buy" ? round.acceptedPerSecond : round.answersPerSecond;
  return { ...round, echoPerSecond, echoRatio: ratio(own, echoPerSecond) };
}

/** The echo server and what it reached; does nothing when it is left out. */
class EchoYardstick {
  readonly measures: EchoMeasure[] = [];
  #requests: ByteSlab | null = null;

  private constructor(
    readonly options: BenchOptions,
    readonly progress: Progress,
    readonly server: EchoServer | null,
  ) {}

  static async open(
    options: BenchOptions,
    progress: Progress,
    cleanup: ShutdownStack,
  ): Promise<EchoYardstick> {
    const server = options.echoSeconds === 0 ? null : await EchoServer.start();
    if (server !== null) cleanup.push("the echo server", () => server.stop());
    return new EchoYardstick(options, progress, server);
  }

  async measure(crowd: Crowd): Promise<void> {
    if (this.server === null) return;
    this.#requests ??= crowd.buyRequests(1, 1, Math.min(crowd.size, ECHO_REQUESTS));
    const { echoSeconds, connections } = this.options;
    const measure = await this.server.measure(this.#requests, connections, echoSeconds);
    this.measures.push(measure);
    this.progress.say(`echo baseline          ${Math.round(measure.perSecond)}/s`);
  }
}

async function describeSystem(
  options: BenchOptions,
  system: MeasuredSystem,
): Promise<BenchResult["system"]> {
  return {
    profile: options.running === null ? options.profile : "running",
    edgeUrl: `${system.edge.tls ? "https" : "http"}://${system.edge.host}`,
    dataFileSystem: system.dataDir === null ? null : await fileSystemOf(system.dataDir),
  };
}

function settingsOf(options: BenchOptions, crowd: Crowd): BenchResult["settings"] {
  const { amount, stock, connections, rounds, warmUpBuyers, seed } = options;
  return {
    seconds: amount.kind === "seconds" ? amount.seconds : null,
    buyers: amount.kind === "buyers" ? amount.buyers : null,
    stock,
    connections,
    rounds,
    warmUpBuyers,
    seed,
    signIn: crowd.method.kind,
  };
}

function medians(rounds: RoundResult[]): BenchResult["median"] {
  const known = (values: (number | null)[]): number | null => {
    const numbers = values.filter((value) => value !== null);
    return numbers.length === 0 ? null : median(numbers);
  };
  return {
    acceptedPerSecond: median(rounds.map((round) => round.acceptedPerSecond)),
    answersPerSecond: median(rounds.map((round) => round.answersPerSecond)),
    p50: median(rounds.map((round) => round.reservedLatency.p50)),
    p99: median(rounds.map((round) => round.reservedLatency.p99)),
    writtenAfterS: known(rounds.map((round) => round.writtenAfterS)),
    echoPerSecond: known(rounds.map((round) => round.echoPerSecond)),
    echoRatio: known(rounds.map((round) => round.echoRatio)),
    generatorCpuShare: median(rounds.map((round) => round.generatorCpuShare)),
  };
}
