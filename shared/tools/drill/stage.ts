import { join } from "node:path";
import { secretsForRun } from "../launch/run_secrets.ts";
import type { LaunchedSystem } from "../launch/launch_system.ts";
import type { PartProcess } from "../launch/part_process.ts";
import { pause } from "../services/poll.ts";
import { CrowdProcess } from "./crowd_process.ts";
import type { DrillPlan, ServerName, Stage } from "./drill.ts";
import { type DrillWorld, makeDatabase, sweepServers } from "./drill_world.ts";
import type { FaultyLink } from "./faulty_link.ts";
import { rabbitctl } from "./rabbit_control.ts";
import { seededRandom, seedOf } from "./seeded_random.ts";
import { ServerProbe } from "./server_probe.ts";
import { StageLinks } from "./stage_links.ts";
import type { StageNotes } from "./stage_notes.ts";
import { type AdminAnswer, callAdmin, openStageSale, PRICE } from "./stage_sale.ts";
import { launchStageSystem } from "./stage_system.ts";

/** How long a buyer goes on trying: longer than the longest fault. */
const PATIENCE_MS = 100_000;
/** How long buyers under way have once everything is mended. */
const FINISH_MS = 60_000;
const FIRST_ANSWER_TIMEOUT_MS = 20_000;

/** What a stage is made for. */
export interface StageOptions {
  world: DrillWorld;
  plan: DrillPlan;
  seed: number;
  notes: StageNotes;
  /** Where the record and the logs of this drill go. */
  dir: string;
  /** Takes what the processes print. */
  logPart: (line: string) => void;
}

/** The world of one drill. */
export class DrillStage implements Stage {
  readonly random: () => number;
  readonly probe: ServerProbe;

  private constructor(
    readonly options: StageOptions,
    readonly namespace: string,
    readonly links: StageLinks,
    readonly system: LaunchedSystem,
    readonly sale: { saleId: number; productId: number },
    mysqlUrl: string,
    readonly adminToken: string,
    readonly crowd: CrowdProcess,
  ) {
    const { servers } = options.world;
    this.random = seededRandom(seedOf(options.seed, "stage"));
    this.probe = new ServerProbe({ servers, mysqlUrl, namespace, sale });
  }

  /**
   * A fresh database, fresh names in Redis and RabbitMQ, processes on wires of their own, a sale,
   * and a crowd that has begun to buy. @throws after taking everything down again.
   */
  static async open(options: StageOptions): Promise<DrillStage> {
    const { world, plan, seed, dir, logPart } = options;
    const { signal, inherited } = world;
    const namespace = `drill_${seed}_${Date.now().toString(36)}`;
    const database = databaseOf(namespace);
    const secrets = secretsForRun({});
    const links = new StageLinks();
    const undo: (() => Promise<unknown>)[] = [
      () => sweepServers(world, database, namespace),
      () => links.close(),
    ];
    try {
      const mysqlUrl = await makeDatabase(world, database);
      const env = { ...secrets, DEMO: "1", NAMESPACE: namespace, ...world.partEnv };
      const urls = { ...world.urls, mysql: mysqlUrl };
      const runDir = world.dir;
      const launch = { plan, urls, env, inherited, links, runDir, log: logPart, signal };
      const system = await launchStageSystem(launch);
      undo.push(() => system.stop());
      const edgeUrl = system.edgeUrls[0] ?? "";
      const admin = (method: string, path: string, body?: unknown) =>
        callAdmin(system.originUrls, secrets.ADMIN_TOKEN, method, path, body);
      const sale = await openStageSale(admin, edgeUrl, plan, signal);
      const crowd = await CrowdProcess.start(
        {
          ...sale,
          edgeUrl,
          price: PRICE.amount,
          currency: PRICE.currency,
          webhookKey: secrets.PAYMENT_WEBHOOK_KEY,
          seed,
          buyers: plan.buyers,
          buyersPerSecond: plan.buyersPerSecond,
          paying: plan.paying,
          cancelling: plan.cancelling,
          repeating: 0.1,
          tryingAgain: 0.05,
          recordFile: join(dir, "record.ndjson"),
          patienceMs: PATIENCE_MS,
          finishMs: FINISH_MS,
        },
        dir,
        runDir,
        logPart,
      );
      undo.push(() => crowd.kill());
      await crowd.untilBuying(FIRST_ANSWER_TIMEOUT_MS);
      const { ADMIN_TOKEN } = secrets;
      return new DrillStage(options, namespace, links, system, sale, mysqlUrl, ADMIN_TOKEN, crowd);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  get seed(): number {
    return this.options.seed;
  }

  get plan(): DrillPlan {
    return this.options.plan;
  }

  get servers() {
    return this.options.world.servers;
  }

  part(name: string): PartProcess {
    const part = this.system.parts.find((part) => part.name === name);
    if (part) return part;
    const known = this.system.parts.map((part) => part.name).join(", ");
    throw new Error(`Cannot find a part as it must be one of ${known}: current value is ${name}`);
  }

  link(part: string, peer: string): FaultyLink {
    return this.links.find(part, peer);
  }

  linksTo(peer: ServerName): FaultyLink[] {
    return this.links.to(peer);
  }

  rabbitctl(args: string[]): Promise<string> {
    return rabbitctl(this.servers.amqp, args);
  }

  admin(method: string, path: string, body?: unknown): Promise<AdminAnswer> {
    return callAdmin(this.system.originUrls, this.adminToken, method, path, body);
  }

  injected(what: string): void {
    this.options.notes.injected(what);
  }

  seen(what: string, look: () => Promise<boolean>, timeoutMs?: number): Promise<void> {
    return this.options.notes.seen(what, look, timeoutMs);
  }

  measured(what: string, ms: number, atMostMs: number): void {
    this.options.notes.measured(what, ms, atMostMs);
  }

  counted(what: string, count: number): void {
    this.options.notes.counted(what, count);
  }

  expect(what: string, holds: boolean): void {
    this.options.notes.expect(what, holds);
  }

  async pause(ms: number): Promise<void> {
    const { signal } = this.options.world;
    await pause(ms, signal);
    signal.throwIfAborted();
  }

  until(what: string, look: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    return this.options.notes.until(what, look, timeoutMs);
  }

  /** Ends everything that belongs to this drill alone. */
  async close(): Promise<void> {
    const { world } = this.options;
    await this.crowd.kill();
    await Promise.all([this.probe.close(), this.system.stop(world.signal)]);
    await this.links.close();
    await sweepServers(world, databaseOf(this.namespace), this.namespace);
  }
}

/** The private server's user may make databases whose names begin like this. */
function databaseOf(namespace: string): string {
  return `dropgate_${namespace}`;
}
